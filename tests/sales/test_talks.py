"""Calls, meetings and notes are logged in two keystrokes, and calls are asked for."""

from datetime import timedelta
from secrets import token_hex

import pytest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Enrollment
from campaigns.services.enrollments import enroll_contacts
from contacts.gate import Purpose
from contacts.models import TouchDecision
from contacts.services.consents import record_consents
from journeys.models import Interaction
from sales.models import Claim
from sales.services.claims import claim_contact
from sales.services.refusals import TouchRefused
from sales.services.talks import BadTalk, log_talk
from tests.factories.accounts import RepFactory, UserFactory
from tests.factories.campaigns import MessageFactory
from tests.factories.contacts import ContactFactory
from tests.factories.sequences import published

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def forbid_calls(contact):
    record_consents(
        contact=contact, decisions={"phone": False}, source="test", proof={}, at=NOW
    )


def test_a_call_is_kept_with_how_it_went_and_who_made_it():
    contact, rep = ContactFactory(), RepFactory()

    row = log_talk(
        contact=contact,
        kind="call_outbound",
        outcome="voicemail",
        minutes=2,
        text=" Said we call back. ",
        by=rep,
        at=NOW,
    )

    assert (row.contact, row.kind, row.by, row.channel) == (
        contact,
        "call_outbound",
        rep,
        "phone",
    )
    assert row.properties == {
        "outcome": "voicemail",
        "minutes": 2,
        "note": "Said we call back.",
    }


def test_a_call_claims_the_contact_and_ends_what_is_automated(
    django_capture_on_commit_callbacks,
):
    contact, rep = ContactFactory(), RepFactory()
    sequence = published({"kind": "wait", "settings": {"days": 1}})
    with django_capture_on_commit_callbacks(execute=True):
        [run] = enroll_contacts(
            sequence=sequence, contacts=[contact], source="test", by=None, at=NOW
        )
        mail = MessageFactory(
            contact=contact, key=f"seq:{run.pk}:1", purpose=Purpose.MARKETING
        )

        log_talk(contact=contact, kind="call_outbound", by=rep, at=NOW)

    assert Claim.objects.live(at=NOW).get().rep == rep
    run.refresh_from_db()
    mail.refresh_from_db()
    assert run.state == Enrollment.State.STOPPED
    assert mail.state == "cancelled"


def test_whoever_does_not_want_to_be_called_is_not_and_the_answer_is_kept():
    contact, rep = ContactFactory(), RepFactory()
    forbid_calls(contact)

    with pytest.raises(TouchRefused, match="Does not want") as refusal:
        log_talk(contact=contact, kind="call_outbound", by=rep, at=NOW)

    assert refusal.value.code == "do_not_call"
    assert not Interaction.objects.filter(contact=contact).exists()
    assert not Claim.objects.exists()
    kept = TouchDecision.objects.get(contact=contact)
    assert (kept.allowed, kept.channel, kept.by) == (False, "phone", rep)


def test_who_calls_us_is_logged_whatever_they_said_about_our_calls():
    contact, rep = ContactFactory(), RepFactory()
    forbid_calls(contact)

    row = log_talk(contact=contact, kind="call_inbound", by=rep, at=NOW)

    assert row.kind == "call_inbound"
    assert Claim.objects.live(at=NOW).get().rep == rep


def test_a_call_to_whom_a_colleague_talks_is_refused_and_theirs_is_logged():
    contact, anna, ben = ContactFactory(), RepFactory(), RepFactory()
    claim_contact(contact=contact, by=anna, at=NOW)

    with pytest.raises(TouchRefused) as refusal:
        log_talk(contact=contact, kind="call_outbound", by=ben, at=NOW)
    log_talk(contact=contact, kind="call_inbound", by=ben, at=NOW)

    assert refusal.value.code == "claimed"
    assert Claim.objects.live(at=NOW).get().rep == anna


def test_notes_meetings_and_calls_of_yesterday_claim_nothing():
    contact, rep = ContactFactory(phone=""), RepFactory()

    log_talk(contact=contact, kind="note", text="Likes tea.", by=rep, at=NOW)
    log_talk(contact=contact, kind="meeting", minutes=30, by=rep, at=NOW)
    yesterday = NOW - timedelta(days=1)
    log_talk(
        contact=contact, kind="call_outbound", occurred_at=yesterday, by=rep, at=NOW
    )

    assert not Claim.objects.exists()
    assert Interaction.objects.filter(contact=contact, by=rep).count() == 3


def test_sending_the_form_twice_logs_once():
    contact, rep, action = ContactFactory(), RepFactory(), token_hex(8)

    rows = [
        log_talk(contact=contact, kind="call_outbound", by=rep, at=NOW, action=action)
        for _time in range(2)
    ]

    assert rows[0].pk == rows[1].pk
    assert Interaction.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "attr"),
    [
        ({"kind": "page_view"}, "kind"),
        ({"kind": "note"}, "text"),
        ({"kind": "note", "text": "x", "outcome": "reached"}, "outcome"),
        ({"kind": "call_outbound", "outcome": "angry"}, "outcome"),
        ({"kind": "meeting", "minutes": -1}, "minutes"),
        ({"kind": "meeting", "occurred_at": NOW + timedelta(hours=1)}, "occurred_at"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(values, attr):
    from leadhub.errors import InvalidValue

    with pytest.raises(InvalidValue) as refusal:
        log_talk(contact=ContactFactory(), by=RepFactory(), at=NOW, **values)

    assert refusal.value.attr == attr
    assert BadTalk.code == "bad_talk"


# The doors -------------------------------------------------------------------------


def url_of(contact, what):
    return reverse("sales:log", args=[contact.pk]) + f"?what={what}"


def test_the_form_of_a_call_is_sent_as_it_stands(client):
    contact, rep = ContactFactory(), RepFactory()
    client.force_login(rep)
    url = url_of(contact, "call")
    page = client.get(url, headers={"HX-Request": "true"})
    form = page.context["form"]
    asked = {name: form[name].value() for name in form.fields}
    asked = {name: value for name, value in asked.items() if value is not None}

    answer = client.post(url, asked, headers={"HX-Request": "true"})

    assert answer.status_code == 204
    assert "work:done" in answer["HX-Trigger"]
    row = Interaction.objects.get(contact=contact)
    assert (row.kind, row.properties) == ("call_outbound", {"outcome": "reached"})


def test_the_form_of_a_call_says_beforehand_that_there_should_be_none(client):
    contact, rep = ContactFactory(), RepFactory()
    forbid_calls(contact)
    client.force_login(rep)

    page = client.get(url_of(contact, "call")).content.decode()
    answer = client.post(
        url_of(contact, "call"),
        {"kind": "call_outbound", "outcome": "reached", "action": token_hex(8)},
    )

    assert "Does not want to be called." in page
    assert answer.status_code == 422
    assert "Does not want to be called." in answer.content.decode()


def test_without_scripts_a_note_leads_back_to_the_contact(client):
    contact, rep = ContactFactory(), RepFactory()
    client.force_login(rep)

    answer = client.post(
        url_of(contact, "note"),
        {"kind": "note", "text": "Likes tea.", "action": token_hex(8)},
    )

    assert answer.status_code == 302
    assert answer.url == reverse("contacts:detail", args=[contact.pk])


def test_who_only_reads_logs_nothing_and_nobody_anything_else(client):
    contact = ContactFactory()
    client.force_login(UserFactory(role="read_only"))
    assert client.get(url_of(contact, "note")).status_code == 403

    client.force_login(RepFactory())
    assert client.get(url_of(contact, "dance")).status_code == 404


def test_the_timeline_says_how_a_call_went(client):
    contact, rep = ContactFactory(), RepFactory()
    log_talk(
        contact=contact,
        kind="call_outbound",
        outcome="no_answer",
        minutes=1,
        by=rep,
        at=NOW,
    )
    client.force_login(rep)

    page = client.get(reverse("journeys:contact_timeline", args=[contact.pk]))

    assert "No answer, 1 min" in page.content.decode()
