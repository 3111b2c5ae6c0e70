"""Permissions and suppressed addresses on pages, and what the timeline says of them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from contacts.gate import Channel, Purpose, Touch
from contacts.models import Consent, DataRequest, FieldChange, Suppression
from contacts.services.consents import suppress_address
from contacts.services.data_requests import ask_for_data
from contacts.services.touches import decide_touch
from tests.factories.accounts import (
    AdminFactory,
    LeadFactory,
    RepFactory,
)
from tests.factories.campaigns import FormFactory
from tests.factories.contacts import ConsentFactory, ContactFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
URL = "/api/v1/"


# Pages ---------------------------------------------------------------------------


def page(client, name, *args):
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_the_panel_shows_each_purpose_with_its_proof(client, marketer):
    client.force_login(marketer)
    contact = ContactFactory()
    ConsentFactory(contact=contact, granted=True, at=NOW - timedelta(days=2))
    ConsentFactory(
        contact=contact,
        granted=False,
        proof={
            "text": "No <more>",
            "language": "de",
            "evidence": {"ip": "203.0.113.7", "method": "POST"},
            "confirmed_at": NOW.isoformat(),
            "odd": ["a"],
        },
    )

    seen = page(client, "contacts:consents", contact.pk)

    assert "withdrawn" in seen
    assert "No &lt;more&gt;" in seen
    assert "POST, 203.0.113.7" in seen
    assert '<dd class="text-break">German</dd>' in seen
    history = page(client, "contacts:consent_history", contact.pk)
    assert history.count("data-row") == 2


def test_a_consent_is_recorded_by_hand_and_needs_its_origin(client, marketer):
    client.force_login(marketer)
    contact = ContactFactory()
    path = reverse("contacts:consents", args=[contact.pk])
    values = {"purpose": "phone", "answer": "yes", "how": "", "text": ""}

    refused = client.post(path, values, headers={"HX-Request": "true"})
    assert refused.status_code == 422
    assert "it is the proof" in refused.content.decode()
    saved = client.post(
        path, values | {"how": "At the fair"}, headers={"HX-Request": "true"}
    )

    assert saved.status_code == 200
    assert "contact:changed" in saved["HX-Trigger"]
    consent = Consent.objects.get()
    assert (consent.granted, consent.proof["how"]) == (True, "At the fair")
    values |= {"answer": "no", "how": "Called back"}
    assert client.post(path, values).status_code == 302
    assert not Consent.objects.order_by("pk").last().granted


def test_who_may_not_change_a_contact_records_nothing(client):
    client.force_login(RepFactory())
    contact = ContactFactory(owner=RepFactory())

    assert "<form" not in page(client, "contacts:consents", contact.pk)
    path = reverse("contacts:consents", args=[contact.pk])
    values = {"purpose": "phone", "answer": "yes", "how": "x"}
    assert client.post(path, values).status_code == 403


def test_a_data_request_stands_on_the_contact_until_it_is_answered(client):
    contact = ContactFactory()
    boss = AdminFactory()
    request = ask_for_data(
        contact=contact, kind=DataRequest.Kind.ERASE, source="t", at=timezone.now()
    )
    path = reverse("contacts:answer_data_request", args=[request.pk])
    client.force_login(LeadFactory())
    assert "Erasure of their data" in page(client, "contacts:consents", contact.pk)
    assert client.post(path).status_code == 404

    client.force_login(boss)
    assert client.post(path).status_code == 302

    request.refresh_from_db()
    assert request.done_by == boss
    assert boss.notifications.get().done_at is not None
    assert "Erasure" not in page(client, "contacts:consents", contact.pk)


def test_the_list_finds_an_address_and_lifts_it_with_a_reason(client, marketer):
    client.force_login(marketer)
    path = reverse("contacts:suppressions")
    assert "Nobody is on the list" in page(client, "contacts:suppressions")

    assert client.post(path, {"address": "ada@example.com"}).status_code == 302
    row = Suppression.objects.get()
    assert (row.by, row.reason) == (marketer, "by_hand")
    for address, count in (("Ada@Example.com", 1), ("bob@example.com", 0), ("\0", 0)):
        shown = client.get(path, {"address": address}).content.decode()
        assert shown.count("data-row") == count
    lift = reverse("contacts:lift_suppression", args=[row.pk])
    client.post(lift, {"reason": " "})
    row.refresh_from_db()
    assert row.lifted_at is None
    client.post(lift, {"reason": "Asked for it"})
    row.refresh_from_db()
    assert (row.lifted_by, row.lift_reason) == (marketer, "Asked for it")
    assert "Asked for it" in page(client, "contacts:suppressions")
    assert client.post(path, {"address": "x"}).status_code == 422


def test_reps_see_the_list_and_change_nothing(client):
    client.force_login(RepFactory())
    row = suppress_address(
        address="a@example.com", reason="bounced", source="t", at=NOW
    )

    assert "<button" in page(client, "contacts:suppressions")
    path = reverse("contacts:suppressions")
    assert client.post(path, {"address": "b@example.com"}).status_code == 403
    lift = reverse("contacts:lift_suppression", args=[row.pk])
    assert client.post(lift, {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("row_count", [1, 3])
def test_the_pages_queries_do_not_grow(
    client, marketer, row_count, django_assert_max_num_queries
):
    client.force_login(marketer)
    contact = ContactFactory()
    for number in range(row_count):
        suppress_address(
            address=f"{number}@example.com",
            reason="by_hand",
            source="t",
            at=NOW,
            by=RepFactory(),
            contact=ContactFactory(),
        )
        ConsentFactory(contact=contact)
    with django_assert_max_num_queries(8):
        page(client, "contacts:suppressions")
    with django_assert_max_num_queries(8):
        page(client, "contacts:consents", contact.pk)


# The band ------------------------------------------------------------------------


def test_the_band_pauses_automation_and_ends_the_pause(client, marketer):
    client.force_login(marketer)
    contact = ConsentFactory().contact
    path = reverse("sales:pause", args=[contact.pk])

    paused = client.post(path, headers={"HX-Request": "true"}).content.decode()

    assert 'name="resume"' in paused
    assert contact.touch_guard.paused_by == marketer
    ended = client.post(path, {"resume": ""}, headers={"HX-Request": "true"})
    assert "Pause automation" in ended.content.decode()
    client.force_login(RepFactory())
    foreign = ContactFactory(owner=marketer)
    assert client.post(reverse("sales:pause", args=[foreign.pk])).status_code == 404


# The timeline --------------------------------------------------------------------


def test_the_timeline_says_why_there_was_no_mail(api):
    contact = ContactFactory()
    touch = Touch(contact, Channel.EMAIL, Purpose.MARKETING, at=NOW, subject="mail:1")
    decide_touch(touch=touch, title="Welcome, mail 2")
    ConsentFactory(contact=contact, at=NOW + timedelta(seconds=1), source="form x")
    allowed = Touch(
        contact, Channel.EMAIL, Purpose.MARKETING, at=NOW + timedelta(minutes=1)
    )
    decide_touch(touch=allowed)

    entries = api.get(f"{URL}contacts/{contact.pk}/timeline/").json()["results"]

    assert [each["kind"] for each in entries] == ["consent_given", "touch_blocked"]
    blocked = entries[1]
    assert blocked["detail"] == "Welcome, mail 2"
    assert blocked["text"] == "No permission for marketing by e-mail."
    assert blocked["data"]["reasons"][0]["code"] == "no_consent"
    kinds = api.get(
        f"{URL}contacts/{contact.pk}/timeline/", {"kinds": "consent_withdrawn"}
    )
    assert kinds.json()["results"] == []


def test_a_blocked_touch_is_muted_on_the_page(client, marketer):
    client.force_login(marketer)
    contact = ContactFactory()
    touch = Touch(contact, Channel.EMAIL, Purpose.MARKETING, at=NOW, subject="mail:1")
    decide_touch(touch=touch)

    seen = page(client, "journeys:contact_timeline", contact.pk)

    assert 'class="is-blocked"' in seen
    assert "Not mailed" in seen


def test_the_timeline_says_in_words_where_a_consent_came_from(client, marketer):
    client.force_login(marketer)
    form = FormFactory(name="Guide")
    contact = ContactFactory()
    ConsentFactory(contact=contact, source=f"form {form.slug}")
    change = FieldChange(contact=contact, at=NOW, source="handoff")
    change.changes = {"owner": ["", "Ben"]}
    change.save()

    seen = page(client, "journeys:contact_timeline", contact.pk)

    assert "Form “Guide”" in seen
    assert f"form {form.slug}" not in seen
    assert "Changed: owner: Handoff" in seen
