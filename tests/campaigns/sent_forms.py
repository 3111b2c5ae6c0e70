"""Sending a form as a browser does."""

from campaigns.services.submissions import new_token


def text_of(response):
    return response.content.decode()


def send(client, form, *, on=None, **values):
    path = f"/p/{on.slug}/" if on else f"/f/{form.slug}/"
    data = {"email": "ada@example.com", "token": new_token(form)} | values
    data["consent-agreement"] = data.pop("agreement_", None)
    return client.post(path, {k: v for k, v in data.items() if v is not None})
