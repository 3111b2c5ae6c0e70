"""The page on which marketers word what forms ask to agree to."""

import pytest
from django.urls import reverse

from campaigns.models import ConsentText
from tests.factories.accounts import RepFactory
from tests.factories.campaigns import ConsentTextFactory, FormFactory

pytestmark = pytest.mark.django_db
VALUES = {
    "name": "newsletter",
    "language": "en",
    "text": "News & offers by mail, please.",
    "purposes": ["email_marketing", "email_tracking"],
    "position": "0",
}


def test_a_text_is_worded_changed_and_ended(client, anybody, marketer):
    form = FormFactory()
    path = reverse("campaigns:consent_texts", args=[form.pk])
    assert "asks for no permission" in client.get(path).content.decode()

    assert client.post(path, VALUES).status_code == 302
    first = ConsentText.objects.get()
    assert (first.version, first.by) == (1, marketer)
    assert first.purposes == ["email_marketing", "email_tracking"]
    public = anybody.get(f"/f/{form.slug}/").content.decode()
    assert "News &amp; offers by mail, please." in public

    editor = client.get(path, {"text": first.pk}).content.decode()
    assert "News &amp; offers by mail, please.</textarea>" in editor
    client.post(path, VALUES | {"text": "News by mail.", "is_required": "on"})
    second = ConsentText.objects.current().get()
    assert (second.version, second.is_required) == (2, True)
    assert client.get(path).content.decode().count("data-row") == 2

    end = reverse("campaigns:end_consent_text", args=[second.pk])
    assert client.post(end).status_code == 302
    assert "News by mail" not in anybody.get(f"/f/{form.slug}/").content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"text": ""}, "required"),
        ({"name": "a b"}, "Letters, digits and hyphens only."),
        ({"text": "a\x00b"}, "Null characters"),
        ({"purposes": ["x"]}, "not one of the available choices"),
        ({"position": "-1"}, "greater than or equal"),
    ],
)
def test_what_cannot_be_asked_is_told_at_its_field(client, marketer, change, words):
    path = reverse("campaigns:consent_texts", args=[FormFactory().pk])

    response = client.post(path, VALUES | change)

    assert response.status_code == 422
    assert words in response.content.decode()
    assert not ConsentText.objects.exists()


def test_reps_read_the_texts_and_do_not_word_them(client):
    client.force_login(RepFactory())
    text = ConsentTextFactory()
    path = reverse("campaigns:consent_texts", args=[text.form.pk])

    assert "Send me your news" in client.get(path).content.decode()
    assert client.post(path, VALUES).status_code == 403
    end = reverse("campaigns:end_consent_text", args=[text.pk])
    assert client.post(end).status_code == 404


@pytest.mark.parametrize("row_count", [1, 3])
def test_the_pages_queries_do_not_grow(
    client, marketer, row_count, django_assert_max_num_queries
):
    form = FormFactory()
    for number in range(row_count):
        ConsentTextFactory(form=form, name=f"text-{number}", by=RepFactory())
    with django_assert_max_num_queries(7):
        client.get(reverse("campaigns:consent_texts", args=[form.pk]))
