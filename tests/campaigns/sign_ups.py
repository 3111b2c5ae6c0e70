"""Signing up for mails, and confirming it."""

from django.utils import timezone

from campaigns import public
from campaigns.models import OptIn
from campaigns.services.submissions import new_token
from campaigns.tokens import Door, make_token

EMAIL = "ada@example.com"


def sign_up(client, form, *, agrees="1", **values):
    public.sendings.clear()
    data = {"email": EMAIL, "token": new_token(form)} | values
    if agrees:
        data["consent-newsletter"] = agrees
    response = client.post(f"/f/{form.slug}/", data, REMOTE_ADDR="203.0.113.77")
    assert response.status_code == 302, response.content.decode()
    return OptIn.objects.order_by("pk").last()


def confirm_path(opt_in, at=None) -> str:
    token = make_token(Door.CONFIRM, key=opt_in.key, at=at or timezone.now())
    return f"/confirm/{token}"
