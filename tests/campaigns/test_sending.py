"""One mail, from its planning to its end, through a real mail server."""

from datetime import timedelta
from email import policy
from email.parser import BytesParser

import pytest
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from campaigns.mailing.journal import handovers
from campaigns.models import Enrollment, Message, MessageCopy
from campaigns.rendering.mails import Draft
from campaigns.services.messages import TooLate, cancel_message, cancel_messages
from campaigns.services.messages import plan_message as plan
from campaigns.services.senders import SenderMissing
from campaigns.services.sending import breaker, send_due_messages
from campaigns.services.sweeping import sweep_messages
from contacts.gate import Purpose
from contacts.models import Consent, Suppression, TouchDecision
from contacts.services.consents import record_consents
from contacts.services.touches import pause_touches
from journeys.models import Interaction, TrackedLink
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.campaigns import MailTemplateFactory, MessageFactory, SenderFactory
from tests.factories.contacts import ConsentFactory, ContactFactory

pytestmark = pytest.mark.django_db
NOW = timezone.now()
DRAFT = Draft("Hello {{ first_name }}", "See [the offer](https://example.com/offer).")


@pytest.fixture(autouse=True)
def _nobody_waits() -> None:
    breaker.worked()


def agreed(*purposes, **fields):
    contact = ContactFactory(first_name="Ada", last_name="Byron", **fields)
    for purpose in ("email_marketing", *purposes):
        ConsentFactory(contact=contact, purpose=purpose, at=NOW - timedelta(days=9))
    return contact


def plan_one(contact, *, key="bulk:1:1", purpose="marketing", **more):
    values = {"draft": DRAFT} | more
    return plan(
        key=key,
        contact=contact,
        purpose=Purpose(purpose),
        kind=Message.Kind.SEQUENCE,
        title="Welcome",
        at=timezone.now(),
        **values,
    )


def only_mail(mail_server, contact):
    """What the mail server got, read by a parser that forgives nothing."""
    [arrived] = mail_server.mails_to(contact.email)
    strict = policy.default.clone(raise_on_defect=True)
    return BytesParser(policy=strict).parsebytes(bytes(arrived))


def parts_of(mail) -> tuple[str, str]:
    text, html = mail.iter_parts()
    assert [text.get_content_type(), html.get_content_type()] == [
        "text/plain",
        "text/html",
    ]
    return text.get_content(), html.get_content()


# Planning ------------------------------------------------------------------------


def test_planning_the_same_key_again_gives_the_first_one_back():
    SenderFactory()
    contact = agreed()

    first = plan_one(contact)
    again = plan_one(contact, draft=Draft("Other", "Other"))

    assert first == again
    assert Message.objects.get().draft["subject"] == "Hello {{ first_name }}"
    assert [event.name for event in first.events.all()] == ["planned"]


def test_marketing_needs_a_sender_with_an_imprint():
    contact = agreed()

    with pytest.raises(SenderMissing):
        plan_one(contact)

    assert plan_one(contact, purpose="service").state == "queued"


def test_a_mail_for_later_is_planned_and_not_sent_before():
    SenderFactory()
    later = timezone.now() + timedelta(hours=1)

    message = plan_one(agreed(), due_at=later)

    assert message.state == Message.State.PLANNED
    assert send_due_messages() == 0


# Sending -------------------------------------------------------------------------


def test_a_marketing_mail_arrives_whole(mail_server):
    SenderFactory(name="Exämple", reply_to="hello@example.org")
    contact = agreed(email="whole@example.com")
    message = plan_one(contact)

    assert send_due_messages() == 1

    mail = only_mail(mail_server, contact)
    assert mail["Subject"] == "Hello Ada"
    assert mail["From"].addresses[0].display_name == "Exämple"
    assert mail["To"].addresses[0].addr_spec == contact.email
    assert mail["Reply-To"] == "hello@example.org"
    assert message.token in mail["Message-ID"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    way_out = mail["List-Unsubscribe"].strip().strip("<>")
    assert "/unsubscribe/" in way_out
    text, html = parts_of(mail)
    assert "Example GmbH" in text
    assert "Example GmbH" in html
    assert way_out in text
    assert way_out in html
    # No tracking consent: nothing remote, and links that are everybody's.
    assert "<img" not in html
    hidden, link = TrackedLink.objects.order_by("target_url")
    assert (hidden.contact, link.contact) == (None, None)
    # What people do not see is in no text.
    assert f'/t/c/{hidden.token}" aria-hidden="true" tabindex="-1"' in html
    assert hidden.token not in text
    assert link.token in text
    message.refresh_from_db()
    assert message.state == Message.State.SENT
    [sent] = Interaction.objects.filter(kind="email_sent", contact=contact)
    assert sent.title == "Welcome"
    assert [event.name for event in message.events.order_by("pk")] == [
        "planned",
        "transmitting",
        "sent",
    ]
    assert message.key in [entry["key"] for entry in handovers()]


LONG = "Ein sehr langer Satz über Maßnahmen, Größe und Übergaben ohne Umbruch. " * 20


@pytest.mark.parametrize("agrees", [False, True])
def test_a_reader_that_is_not_ours_reads_what_arrived(mail_server, agrees):
    SenderFactory(name="Jürgen Groß, Exämple", reply_to="hello@example.org")
    purposes = ["email_tracking"] if agrees else []
    contact = agreed(*purposes, email=f"read.{agrees}@example.com")
    subject = "Größere Übersicht für {{ first_name }} – " * 4
    plan_one(contact, draft=Draft(subject, f"Hallo!\n\n.\n\nFrom hier\n\n{LONG}"))

    send_due_messages()

    [mail] = mail_server.received(contact.email)
    assert mail.headers["subject"] == ("Größere Übersicht für Ada – " * 4).strip()
    assert "Jürgen Groß, Exämple" in mail.headers["from"]
    assert contact.email in mail.headers["to"]
    assert "/unsubscribe/" in mail.one_click
    for part in (mail.text, mail.html):
        assert mail.one_click in part
        assert "Example GmbH" in part
        assert "Größe und Übergaben" in part
        assert "From hier" in part
    assert len(mail.loads) == agrees


def test_who_agreed_to_tracking_gets_personal_links_and_the_image(mail_server):
    SenderFactory()
    contact = agreed("email_tracking", email="tracked@example.com")
    plan_one(contact)

    send_due_messages()

    text, html = parts_of(only_mail(mail_server, contact))
    link, pixel = TrackedLink.objects.order_by("target_url").reverse()
    assert (link.contact, link.channel, link.target_url) == (
        contact,
        "email",
        "https://example.com/offer",
    )
    assert f"/t/c/{link.token}" in text
    assert f"/t/c/{link.token}" in html
    assert f"/t/o/{pixel.token}.gif" in html
    assert f'/t/c/{pixel.token}" aria-hidden="true"' in html
    assert "https://example.com/offer" not in html


def test_what_somebody_asked_for_is_not_tracked_and_has_no_way_out(mail_server):
    contact = agreed("email_tracking", email="service@example.com")
    plan_one(
        contact,
        purpose="service",
        draft=Draft("Confirm", "Please confirm: {{ confirm_url }}"),
        context={"confirm_url": "https://leadhub.example.org/confirm/a_b"},
    )

    send_due_messages()

    mail = only_mail(mail_server, contact)
    text, html = parts_of(mail)
    assert "https://leadhub.example.org/confirm/a_b" in text
    assert 'href="https://leadhub.example.org/confirm/a_b"' in html
    assert "<img" not in html
    assert mail["List-Unsubscribe"] is None
    assert not TrackedLink.objects.exists()


def test_a_colleagues_own_mail_is_in_their_name(mail_server):
    SenderFactory()
    rep = RepFactory(first_name="Anna", last_name="Lind", email="anna@example.org")
    contact = ContactFactory(email="personal@example.com")
    plan_one(contact, purpose="personal", by=rep, draft=Draft("Hi", "Hi."))

    send_due_messages()

    mail = only_mail(mail_server, contact)
    assert mail["From"].addresses[0].display_name == "Anna Lind"
    assert mail["From"].addresses[0].addr_spec == "news@example.org"
    assert mail["Reply-To"] == "anna@example.org"
    assert mail["Auto-Submitted"] is None


def test_links_without_consent_are_shared_by_the_mails_of_a_template(mail_server):
    SenderFactory()
    template = MailTemplateFactory(body="See [it](https://example.com/it).")
    for number in range(2):
        plan_one(agreed(), key=f"bulk:{number}:1", template=template, draft=None)

    assert send_due_messages() == 2

    assert TrackedLink.objects.exclude(target_url="").count() == 1
    assert TrackedLink.objects.filter(target_url="").count() == 1


def test_a_mail_without_a_value_is_never_sent(mail_server):
    SenderFactory()
    contact = agreed(email="unresolved@example.com")
    message = plan_one(contact, draft=Draft("Hi", "At {{ job_title }}."))

    send_due_messages()

    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", "unresolved")
    assert message.detail == "job_title"
    assert mail_server.mails_to(contact.email) == []


def test_without_a_mail_server_mails_are_kept(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    SenderFactory()
    message = plan_one(agreed())

    assert send_due_messages() == 1

    message.refresh_from_db()
    assert (message.state, message.detail) == ("sent", "kept")
    assert MessageCopy.objects.get().subject == "Hello Ada"


def test_any_backend_of_django_will_do(mailoutbox):
    message = plan_one(ContactFactory(first_name="A"), purpose="personal")

    assert send_due_messages() == 1

    [mail] = mailoutbox
    assert mail.subject == "Hello A"
    message.refresh_from_db()
    assert message.state == "sent"


def test_domains_of_other_scripts_are_reached(mail_server):
    contact = ContactFactory(first_name="A", email="info@bücher.example")
    message = plan_one(contact, purpose="personal")

    assert send_due_messages() == 1

    message.refresh_from_db()
    assert message.state == "sent"
    assert len(mail_server.mails_to("info@xn--bcher-kva.example")) == 1


def test_an_address_that_no_server_understands_fails_and_is_not_suppressed(mail_server):
    contact = ContactFactory(first_name="A", email="jürgen@example.com")
    message = plan_one(contact, purpose="personal")

    assert send_due_messages() == 0

    message.refresh_from_db()
    assert (message.state, message.reason) == ("failed", "bad_address")
    assert not Suppression.objects.exists()


# The gate ------------------------------------------------------------------------


def test_what_left_is_written_down_as_soon_as_the_database_is_back(
    mail_server, monkeypatch
):
    SenderFactory()
    message = plan_one(agreed())
    monkeypatch.setattr("campaigns.services.sending.AFTER_A_FAILURE", (0, 0))
    tries = []

    def is_away(execute, sql, params, *args):
        # What writes down that it has left, the first two times.
        if sql.startswith("UPDATE") and "sent" in (params or ()) and len(tries) < 2:
            tries.append(sql)
            raise OperationalError("the database is away")
        return execute(sql, params, *args)

    with connection.execute_wrapper(is_away):
        assert send_due_messages() == 1

    message.refresh_from_db()
    assert (message.state, len(tries)) == ("sent", 2)
    assert [event.name for event in message.events.order_by("pk")][-1] == "sent"
    assert len(mail_server.mails_to(message.contact.email)) == 1
    assert Interaction.objects.filter(kind="email_sent").count() == 1


def test_a_mail_whose_sender_was_stopped_while_it_left_is_unknown_and_says_so(client):
    over = timezone.now() - timedelta(minutes=1)
    message = MessageFactory(state="transmitting", owner="gone", lease_until=over)

    sweep_messages(at=timezone.now())

    message.refresh_from_db()
    assert (message.state, message.reason) == ("unknown", "cut_off")
    client.force_login(MarketerFactory())
    page = client.get(reverse("campaigns:mail", args=[message.pk])).content.decode()
    assert "LeadHub was stopped while it handed the mail over." in page
    assert "nobody knows whether it arrived" in page
    assert "gave no answer" not in page


def test_who_unsubscribed_meanwhile_gets_nothing(mail_server):
    SenderFactory()
    contact = agreed(email="left@example.com")
    message = plan_one(contact)
    record_consents(
        contact=contact,
        decisions={Consent.Purpose.EMAIL_MARKETING: False},
        source="test",
        proof={},
        at=timezone.now(),
    )

    assert send_due_messages() == 0

    message.refresh_from_db()
    assert message.state == Message.State.CANCELLED
    assert message.reason == "suppressed_unsubscribed"
    assert not TouchDecision.objects.get().allowed
    assert mail_server.mails_to(contact.email) == []


def test_a_reason_that_ends_puts_the_mail_off_until_then():
    SenderFactory()
    contact = agreed()
    message = plan_one(contact)
    until = timezone.now() + timedelta(days=3)
    pause_touches(contact=contact, until=until, by=None, at=timezone.now())

    send_due_messages()

    message.refresh_from_db()
    assert (message.state, message.reason) == ("queued", "paused")
    assert message.due_at == until
    assert [event.name for event in message.events.order_by("pk")][-1] == "postponed"


def test_what_would_be_put_off_beyond_its_end_expires():
    SenderFactory()
    contact = agreed()
    message = plan_one(contact, expires_at=timezone.now() + timedelta(days=1))
    until = timezone.now() + timedelta(days=3)
    pause_touches(contact=contact, until=until, by=None, at=timezone.now())

    send_due_messages()

    message.refresh_from_db()
    assert (message.state, message.reason) == ("expired", "paused")


def test_one_a_day_and_two_a_week_and_the_rest_later():
    SenderFactory()
    contact = agreed()
    messages = [plan_one(contact, key=f"bulk:{n}:1") for n in range(3)]

    assert send_due_messages() == 1

    states = [Message.objects.get(pk=message.pk) for message in messages]
    assert sorted(message.state for message in states) == ["queued", "queued", "sent"]
    waiting = [message for message in states if message.state == "queued"]
    assert {message.reason for message in waiting} == {"frequency_cap"}
    sent = next(message for message in states if message.state == "sent")
    assert {message.due_at for message in waiting} == {
        sent.transmitted_at + timedelta(days=1)
    }


def test_it_is_quiet_at_night_where_the_contact_is(time_machine):
    time_machine.move_to("2026-07-01T20:30:00+00:00", tick=False)  # 22:30 in Berlin
    SenderFactory(quiet_from="21:00", quiet_until="07:00")
    here, there = agreed(timezone="Europe/Berlin"), agreed(timezone="America/New_York")
    late, early = plan_one(here, key="bulk:1:1"), plan_one(there, key="bulk:2:1")

    assert send_due_messages() == 1

    late.refresh_from_db()
    early.refresh_from_db()
    assert early.state == "sent"
    assert (late.state, late.reason) == ("queued", "quiet_hours")
    assert late.due_at.isoformat() == "2026-07-02T05:00:00+00:00"


# Taking back ---------------------------------------------------------------------


def test_cancelling_stops_what_has_not_left():
    SenderFactory()
    contact = agreed()
    kept = plan_one(agreed(), key="seq:12:1")
    stopped = [plan_one(contact, key=f"seq:1:{n}") for n in range(2)]

    run = Enrollment(pk=1, contact=contact)
    count = cancel_messages(enrollments=[run], reason="goal", at=timezone.now())

    assert count == 2
    for message in stopped:
        message.refresh_from_db()
        assert (message.state, message.reason) == ("cancelled", "goal")
    kept.refresh_from_db()
    assert kept.state == "queued"
    assert cancel_messages(contact=contact, reason="again", at=timezone.now()) == 0


def test_what_has_left_cannot_be_taken_back():
    message = MessageFactory(state="sent")

    with pytest.raises(TooLate):
        cancel_message(message=message, by=MarketerFactory(), at=timezone.now())


def test_a_mail_that_is_cancelled_while_it_is_being_sent_does_not_leave(
    mail_server, monkeypatch
):
    from campaigns.services import sending

    message = MessageFactory(contact__email="stopped@example.com")
    offer = sending.pass_point_of_no_return

    def cancel_first(*args, **kwargs):
        cancel_messages(contact=message.contact, reason="claimed", at=timezone.now())
        return offer(*args, **kwargs)

    monkeypatch.setattr(sending, "pass_point_of_no_return", cancel_first)

    assert send_due_messages() == 0

    message.refresh_from_db()
    assert message.state == "cancelled"
    assert mail_server.mails_to("stopped@example.com") == []
