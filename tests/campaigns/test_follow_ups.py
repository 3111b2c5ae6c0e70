"""The mails that follow on who registered and attended."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns.models import AttendanceBatch, AttendanceEntry, Message
from campaigns.services.follow_ups import plan_due_follow_ups
from contacts.models import TouchDecision
from contacts.services.touches import pause_touches
from scoring.models import StaleMark
from scoring.tasks import recompute_stale_scores
from tests.campaigns.test_attendance import take_back
from tests.factories.campaigns import MailTemplateFactory, SenderFactory
from tests.factories.contacts import ConsentFactory, ContactFactory
from tests.factories.events import EventFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def event():
    SenderFactory()
    return EventFactory(
        mail_attended=MailTemplateFactory(name="Thanks"),
        mail_missed=MailTemplateFactory(name="Missed you"),
    )


def willing(address, **values):
    contact = ContactFactory(email=address, **values)
    ConsentFactory(contact=contact, purpose="email_marketing", granted=True)
    return contact


def states():
    rows = AttendanceEntry.objects.order_by("contact__email")
    return [(row.follow_up, row.reason.get("code", "")) for row in rows]


def test_mails_wait_until_the_scores_are_counted(bring, event):
    willing("ada@example.com")
    willing("bo@example.com")
    bring(event)

    plan_due_follow_ups()
    assert states() == [("held", ""), ("held", "")]
    assert not Message.objects.exists()

    recompute_stale_scores()
    plan_due_follow_ups()
    assert states() == [("planned", ""), ("planned", "")]
    mails = Message.objects.order_by("contact__email")
    assert [mail.template.name for mail in mails] == ["Thanks", "Missed you"]
    assert not AttendanceBatch.objects.filter(is_held=True).exists()


def test_what_happens_meanwhile_does_not_hold_them_up(bring, event):
    contact = willing("ada@example.com")
    bring(event, "email\nada@example.com\n")
    recompute_stale_scores()
    StaleMark.objects.create(contact=contact, at=timezone.now() + timedelta(seconds=1))

    plan_due_follow_ups()

    assert states() == [("planned", "")]


def test_without_permission_it_is_held_back_with_the_reason(bring, event):
    ContactFactory(email="ada@example.com")
    paused = willing("bo@example.com")
    bring(event)
    recompute_stale_scores()
    now = timezone.now()
    pause_touches(contact=paused, until=now + timedelta(hours=1), by=None, at=now)

    plan_due_follow_ups()

    assert states() == [("held_back", "no_consent"), ("held_back", "paused")]


def test_without_a_sender_it_is_held_back_with_the_reason(bring):
    event = EventFactory(mail_attended=MailTemplateFactory())
    willing("ada@example.com")
    bring(event)
    recompute_stale_scores()

    plan_due_follow_ups()

    assert states()[0] == ("held_back", "sender_missing")


def test_a_score_that_cannot_be_counted_holds_back_that_one_only(bring, event):
    bad, _good = willing("ada@example.com"), willing("bo@example.com")
    bring(event)
    now = timezone.now()
    StaleMark.objects.filter(contact=bad).update(parked_at=now)
    StaleMark.objects.exclude(contact=bad).delete()

    plan_due_follow_ups()

    assert states() == [("held_back", "not_scored"), ("planned", "")]


def test_nobody_gets_two_mails_of_one_event(bring, event):
    willing("ada@example.com")
    bring(event, "email,attended\nada@example.com,no\n")
    recompute_stale_scores()
    plan_due_follow_ups()

    bring(event, "email,attended\nada@example.com,yes\n")
    recompute_stale_scores()
    plan_due_follow_ups()

    assert [mail.template.name for mail in Message.objects.all()] == ["Missed you"]


def test_many_mails_cost_as_many_queries_as_one(bring, event):
    counts, number = [], 0
    for count in (1, 1, 3):  # the first makes what is made on first use
        lines = []
        for _each in range(count):
            number += 1
            willing(f"yes{number}@example.com")
            ContactFactory(email=f"no{number}@example.com")
            lines += [f"yes{number}@example.com", f"no{number}@example.com"]
        bring(event, "\n".join(["email", *lines, ""]))
        recompute_stale_scores()
        with CaptureQueriesContext(connection) as queries:
            plan_due_follow_ups()
        counts.append(len(queries))

    assert counts[1] == counts[2], counts
    assert states() == [("held_back", "no_consent")] * 5 + [("planned", "")] * 5
    assert TouchDecision.objects.filter(allowed=False).count() == 5


def test_registrations_before_it_begins_are_followed_by_nothing(bring, event):
    willing("ada@example.com")
    event.starts_at = timezone.now() + timedelta(days=1)
    event.save()

    bring(event, "email\nada@example.com\n")

    assert states() == [("none", "")]


def test_undo_takes_planned_mails_back(bring, event):
    willing("ada@example.com")
    batch = bring(event)
    recompute_stale_scores()
    plan_due_follow_ups()

    take_back(batch)

    assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}
