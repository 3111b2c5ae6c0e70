"""Mails that wait, fail or are taken back before they leave."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Enrollment, Message
from campaigns.services.messages import TooLate, cancel_message, cancel_messages
from campaigns.services.sending import send_due_messages
from campaigns.services.sweeping import sweep_messages
from contacts.models import Consent, TouchDecision
from contacts.services.consents import record_consents
from contacts.services.touches import pause_touches
from journeys.models import Interaction
from tests.campaigns.test_sending import agreed, plan_one
from tests.factories.accounts import MarketerFactory
from tests.factories.campaigns import MessageFactory, SenderFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("mail_server_works")]


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
