"""Contacts go through sequences, and leave where a human takes over."""

from datetime import UTC, datetime, time, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import Notification
from campaigns.models import (
    Enrollment,
    EnrollmentEvent,
    InterestProfile,
    Message,
    Sequence,
)
from campaigns.selectors.forecast import forecast
from campaigns.services.enrollments import NotActive, stop_enrollments
from campaigns.services.triggers import look_for_entries
from contacts.models import Consent
from contacts.services.consents import record_consents
from journeys.services.tracking import Report, track_interactions
from tests.campaigns.sequences import (
    TUESDAY,
    agreed,
    ends,
    enter,
    mail,
    run_on,
    subjects,
    wait,
)
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory, SegmentFactory
from tests.factories.journeys import PhaseFactory, PhaseVisitFactory
from tests.factories.sequences import SequenceFactory, published

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "sender")]


def recipients(mailoutbox) -> list[str]:
    return [parseaddr(mail.to[0])[1] for mail in mailoutbox]


# The way through -----------------------------------------------------------------


def test_three_steps_are_taken_at_their_time(clock, mailoutbox):
    sequence = published(mail(subject="One"), wait(3), mail(subject="Two"))
    enter(sequence, agreed())

    run_on(clock, days=2.9)
    assert subjects(mailoutbox) == ["One"]

    run_on(clock, days=0.2)
    assert subjects(mailoutbox) == ["One", "Two"]
    assert ends(sequence) == ["done"]


def test_a_mail_waits_for_the_window_in_the_contacts_zone(clock, mailoutbox):
    sequence = published(
        mail(), send_days=[1, 2, 3, 4, 5], send_from=time(9), send_until=time(10)
    )
    enter(sequence, agreed(timezone="America/New_York"))

    run_on(clock)
    assert mailoutbox == []
    [message] = Message.objects.all()
    assert message.due_at == datetime(2026, 11, 24, 14, tzinfo=UTC)

    run_on(clock, days=0.25)
    assert len(mailoutbox) == 1


def wait_until(clock: str, **more) -> dict:
    settings = {"days": [4], "time": clock, **more}
    return {"kind": "wait_until", "settings": settings}


@pytest.mark.parametrize(
    ("best_hour", "hour"), [({}, "10:00"), ({"best_hour": True}, "07:00")]
)
def test_a_day_and_time_are_waited_for_by_the_contacts_clock(
    clock, mailoutbox, best_hour, hour
):
    sequence = published(wait_until("10:00", **best_hour), mail())
    known = agreed(timezone="America/New_York")
    InterestProfile.objects.create(contact=known, best_hour=7)
    unknown = agreed(timezone="America/New_York")
    InterestProfile.objects.create(contact=unknown)
    runs = enter(sequence, known, unknown)

    foreseen = {mail.run.pk: mail.at for mail in forecast(sequence, at=TUESDAY).mails}
    run_on(clock, days=7)

    zone = ZoneInfo("America/New_York")
    for run, expected in zip(runs, (hour, "10:00"), strict=True):
        sent = Message.objects.get(contact=run.contact_id).transmitted_at
        assert f"{sent.astimezone(zone):%A %H:%M}" == f"Thursday {expected}"
        assert foreseen[run.pk] == sent


@pytest.mark.parametrize(("clicks", "expected"), [(True, "Yes"), (False, "No")])
def test_a_branch_goes_by_what_the_contact_does(clock, mailoutbox, clicks, expected):
    contact = agreed()
    condition = {"did": {"kind": "email_click", "at_least": 1}}
    sequence = published(
        mail(subject="First"),
        {
            "kind": "branch",
            "settings": {"condition": condition, "days": 2},
            "branches": {
                "yes": [wait(1), mail(subject="Yes")],
                "no": [wait(1), mail(subject="No")],
            },
        },
    )
    enter(sequence, contact)
    run_on(clock, days=0.5)
    if clicks:
        click = Report(
            contact=contact,
            kind="email_click",
            source="t",
            occurred_at=timezone.now(),
        )
        track_interactions(reports=[click], at=timezone.now())

    run_on(clock, days=4)

    assert subjects(mailoutbox) == ["First", expected]
    assert ends(sequence) == ["done"]
    took = EnrollmentEvent.objects.filter(step__kind="branch", kind="did")
    assert [event.note for event in took] == [expected.lower()]


def test_steps_change_the_contact_and_tell_people(clock):
    rep, phase = RepFactory(), PhaseFactory()
    contact = agreed(owner=rep)
    sequence = published(
        {"kind": "set_field", "settings": {"field": "job_title", "value": "CEO"}},
        {"kind": "tag", "settings": {"add": ["nurtured"]}},
        {"kind": "move", "settings": {"phase": phase.pk}},
        {"kind": "task", "settings": {"text": "Call about the guide"}},
    )
    enter(sequence, contact)

    run_on(clock)

    contact.refresh_from_db()
    assert contact.job_title == "CEO"
    assert [tag.name for tag in contact.tags.all()] == ["nurtured"]
    assert contact.phase_visits.get(left_at=None).phase == phase
    [line] = Notification.objects.filter(recipient=rep)
    assert (line.kind, line.title) == ("task", "Call about the guide")
    assert ends(sequence) == ["done"]


def test_reaching_the_goal_ends_it_before_the_next_mail(clock, mailoutbox):
    contact = agreed()
    goal = {"field": "tags", "op": "in", "value": ["customer"]}
    sequence = published(wait(2), mail(), goal=goal)
    enter(sequence, contact)
    run_on(clock)

    contact.tags.create(name="customer")
    run_on(clock, days=3)

    assert mailoutbox == []
    assert ends(sequence) == ["goal"]


def test_the_hold_out_group_gets_nothing_and_stays_the_same(clock, mailoutbox):
    sequence = published(mail(), hold_out=50)
    contacts = [agreed() for _ in range(40)]
    enter(sequence, *contacts)
    held = Enrollment.objects.filter(end="held_out")
    assert 8 <= held.count() <= 32

    run_on(clock)

    mailed = set(recipients(mailoutbox))
    assert mailed.isdisjoint(held.values_list("contact__email", flat=True))
    assert len(mailed) == 40 - held.count()


# Entering ------------------------------------------------------------------------


def test_entering_twice_is_entering_once():
    sequence, contact = published(wait(1)), agreed()

    assert len(enter(sequence, contact)) == 1
    assert enter(sequence, contact) == []

    stop_enrollments(contact_ids=[contact.pk], end=Enrollment.End.BY_HAND, at=TUESDAY)
    assert enter(sequence, contact) == []


def test_who_may_enter_again_does():
    sequence, contact = published(wait(1), may_reenter=True), agreed()
    enter(sequence, contact)
    assert enter(sequence, contact) == []

    stop_enrollments(contact_ids=[contact.pk], end=Enrollment.End.BY_HAND, at=TUESDAY)

    assert len(enter(sequence, contact)) == 1


def test_nobody_enters_what_is_not_active():
    draft = SequenceFactory(status=Sequence.Status.DRAFT)

    with pytest.raises(NotActive):
        enter(draft, agreed())


def test_who_enters_a_segment_enters_the_sequence_once(clock):
    segment = SegmentFactory(
        condition={"field": "job_title", "op": "eq", "value": "CEO"}
    )
    sequence = published(
        wait(1), trigger="segment", trigger_settings={"segment": segment.pk}
    )
    agreed(job_title="CEO"), agreed(job_title="CTO")

    assert look_for_entries() == 1
    assert look_for_entries() == 0
    assert Enrollment.objects.filter(sequence=sequence).count() == 1


def test_who_enters_a_phase_or_does_something_from_now_on_enters(clock):
    phase, contact, other = PhaseFactory(), agreed(), agreed()
    by_phase = published(wait(9), trigger="phase", trigger_settings={"phase": phase.pk})
    by_act = published(
        wait(9),
        trigger="interaction",
        trigger_settings={"when": {"kind": "content_download"}},
    )
    clock.shift(timedelta(minutes=10))
    PhaseVisitFactory(contact=contact, phase=phase, entered_at=timezone.now())
    download = Report(
        contact=other,
        kind="content_download",
        source="t",
        occurred_at=timezone.now(),
    )
    track_interactions(reports=[download], at=timezone.now())

    assert look_for_entries() == 2
    assert Enrollment.objects.get(sequence=by_phase).contact == contact
    assert Enrollment.objects.get(sequence=by_act).contact == other


def test_who_has_not_confirmed_yet_waits_for_a_week(clock, mailoutbox):
    sequence, contact, never = published(mail()), ContactFactory(), ContactFactory()
    enter(sequence, contact, never)
    run_on(clock, days=1)
    assert mailoutbox == []

    record_consents(
        contact=contact,
        decisions={Consent.Purpose.EMAIL_MARKETING: True},
        source="opt-in",
        proof={},
        at=timezone.now(),
    )
    run_on(clock, days=7)

    assert recipients(mailoutbox) == [contact.email]
    assert ends(sequence) == ["done", "no_consent"]
