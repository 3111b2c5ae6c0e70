"""Templates of mails: every door, who may, and what lists cost."""

from __future__ import annotations

import pytest
from django.core import mail as django_mail
from django.urls import reverse

from campaigns.models import MailTemplate, Message
from tests.campaigns.test_mail_doors import Api, signed_in
from tests.factories.accounts import MarketerFactory, RepFactory, UserFactory
from tests.factories.campaigns import MailTemplateFactory, SenderFactory
from tests.factories.contacts import ContactFactory

pytestmark = pytest.mark.django_db
WORDS = {"name": "Hello", "subject": "Hi {{ first_name }}", "body": "Hello."}


def templates_api(user) -> Api:
    return Api(user, "campaigns:read", "campaigns:write")


def saved_in_the_browser(user, template=None, **values):
    values = {"preheader": "", "language": "en", **values}
    name = "mail_template" if template else "mail_template_create"
    url = reverse(f"campaigns:{name}", args=[template.pk] if template else [])
    return signed_in(user).post(url, values)


def saved_over_the_api(user, template=None, **values):
    api = templates_api(user)
    if template:
        return api.call("PATCH", f"mail-templates/{template.pk}/", values)
    return api.call("POST", "mail-templates/", values)


saving = pytest.mark.parametrize("save", [saved_in_the_browser, saved_over_the_api])


@saving
def test_a_template_is_written_and_changed_through_any_door(save):
    marketer = MarketerFactory()

    response = save(marketer, **WORDS)
    template = MailTemplate.objects.get()
    save(marketer, template, **{**WORDS, "body": "Other {{ company }}."})

    assert response.status_code in (201, 302)
    template.refresh_from_db()
    assert template.body == "Other {{ company }}."
    assert template.updated_by == marketer


@saving
@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"body": "{{ env }}"}, "env"),
        ({"subject": "{% for x in y %}{% endfor %}"}, "only if"),
        ({"body": "x" * 70_000}, "64 KB"),
        ({"language": "xx"}, "xx"),
        ({"subject": "a\x07b"}, "control"),
    ],
)
def test_what_is_wrong_with_a_template_is_said_at_its_field(save, values, sentence):
    response = save(MarketerFactory(), **{**WORDS, **values})

    assert response.status_code in (400, 422)
    assert sentence in response.content.decode() or "characters" in (
        response.content.decode()
    )
    assert not MailTemplate.objects.exists()


@saving
def test_two_templates_do_not_have_one_name(save):
    MailTemplateFactory(name="Hello")

    response = save(MarketerFactory(), **WORDS)

    assert response.status_code in (409, 422)
    assert MailTemplate.objects.count() == 1


@pytest.mark.parametrize("factory", [RepFactory, UserFactory])
def test_who_does_not_run_marketing_reads_templates_only(factory):
    template, user = MailTemplateFactory(), factory()

    assert saved_in_the_browser(user, **WORDS).status_code == 403
    assert saved_in_the_browser(user, template, **WORDS).status_code == 403
    api = Api(user, "campaigns:read")
    assert api.call("GET", f"mail-templates/{template.pk}/").status_code == 200
    assert api.call("POST", "mail-templates/", WORDS).status_code == 403
    page = signed_in(user).get(reverse("campaigns:mail_templates"))
    assert template.name in page.content.decode()


def test_a_template_is_put_away_and_offered_again():
    template, marketer = MailTemplateFactory(), MarketerFactory()
    api = templates_api(marketer)
    url = reverse("campaigns:mail_template_archive", args=[template.pk])

    assert api.call("DELETE", f"mail-templates/{template.pk}/").status_code == 204
    assert api.call("GET", "mail-templates/").json()["results"] == []
    signed_in(marketer).post(url)

    template.refresh_from_db()
    assert template.archived_at is None


@pytest.mark.parametrize("row_count", [1, 3])
def test_templates_cost_the_same_however_many_there_are(
    row_count, django_assert_num_queries
):
    MailTemplateFactory.create_batch(row_count)
    marketer = MarketerFactory()
    client, api = signed_in(marketer), templates_api(marketer)

    with django_assert_num_queries(5):  # session, user, pins, inbox, page
        page = client.get(reverse("campaigns:mail_templates"))
    with django_assert_num_queries(2):
        rows = api.call("GET", "mail-templates/").json()["results"]

    assert page.content.decode().count("<tr data-row") == row_count == len(rows)


def test_the_preview_shows_what_is_in_the_editor_for_the_chosen_contact():
    SenderFactory(name="Example")
    contact = ContactFactory(first_name="Grace", email="grace@example.com")
    client = signed_in(MarketerFactory())
    given = {"subject": "Hi {{ first_name }}", "body": "# Dear {{ first_name }}"}

    fragment = client.post(
        reverse("campaigns:mail_preview"), {**given, "contact": contact.email}
    ).content.decode()

    assert "Hi Grace" in fragment
    assert "Example" in fragment
    frame = fragment.partition('sandbox src="')[2].partition('"')[0]
    assert "Dear Grace" in client.get(frame).content.decode()
    assert signed_in(MarketerFactory()).get(frame).status_code == 404  # one's own
    bad = client.post(reverse("campaigns:mail_preview"), {**given, "body": "{{ env }}"})
    assert "env" in bad.content.decode()
    empty = client.post(
        reverse("campaigns:mail_preview"), {**given, "contact": "nobody@example.com"}
    )
    assert "no contact with this address" in empty.content.decode()
    assert not Message.objects.exists()


def test_a_test_goes_to_whoever_asks_for_it():
    SenderFactory()
    contact = ContactFactory(first_name="Grace", email="grace@example.com")
    template = MailTemplateFactory(subject="Hi {{ first_name }}")
    marketer = MarketerFactory()

    signed_in(marketer).post(
        reverse("campaigns:mail_template_test", args=[template.pk]),
        {"contact": contact.email},
    )

    [test] = django_mail.outbox
    assert test.recipients() == [marketer.email]
    assert test.subject == "[Test] Hi Grace"
