"""Contacts go through sequences, and leave where a human takes over."""

from datetime import UTC, datetime, time, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

import pytest
import time_machine
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
from campaigns.services.advancing import advance_due_enrollments
from campaigns.services.enrollments import (
    NotActive,
    enroll_contacts,
    stop_enrollments,
)
from campaigns.services.messages import cancel_messages
from campaigns.services.sending import send_due_messages
from campaigns.services.sequences import (
    BadTrigger,
    BadWindow,
    NothingToPublish,
    SequenceNameTaken,
    publish_draft,
    save_draft,
    save_sequence,
    set_status,
)
from campaigns.services.triggers import look_for_entries
from contacts.models import Consent
from contacts.services.consents import record_consents, suppress_address
from journeys.services.tracking import Report, track_interactions
from sales.services.claims import claim_contact
from sales.services.handoffs import hand_off
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.campaigns import MailTemplateFactory, SenderFactory
from tests.factories.contacts import ConsentFactory, ContactFactory, SegmentFactory
from tests.factories.journeys import PhaseFactory, PhaseVisitFactory
from tests.factories.sales import CrossingFactory
from tests.factories.sequences import SequenceFactory, published

pytestmark = pytest.mark.django_db
TUESDAY = datetime(2026, 11, 24, 10, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(TUESDAY, tick=False) as clock:
        yield clock


@pytest.fixture(autouse=True)
def _sender():
    SenderFactory()


def agreed(**fields):
    contact = ContactFactory(**fields)
    ConsentFactory(contact=contact, at=TUESDAY - DAY)
    return contact


def enter(sequence, *contacts) -> list[Enrollment]:
    return enroll_contacts(
        sequence=sequence, contacts=contacts, source="test", by=None, at=timezone.now()
    )


def mail(**fields) -> dict:
    template = MailTemplateFactory(**fields)
    return {"kind": "mail", "settings": {"template": template.pk}}


def wait(days: int) -> dict:
    return {"kind": "wait", "settings": {"days": days}}


def run_on(clock, days: float = 0.0) -> None:
    """Let time pass, from one thing that is due to the next."""
    end = timezone.now() + timedelta(days=days)
    while True:
        advance_due_enrollments()
        send_due_messages()
        advance_due_enrollments()
        if timezone.now() >= end:
            return
        due = [
            *Enrollment.objects.active()
            .exclude(due_at=None)  # paused
            .values_list("due_at", flat=True),
            *Message.objects.waiting().values_list("due_at", flat=True),
        ]
        ahead = [moment for moment in due if timezone.now() < moment < end]
        clock.move_to(min(ahead, default=end))


def ends(sequence) -> list[str]:
    runs = Enrollment.objects.filter(sequence=sequence).order_by("pk")
    return [run.end for run in runs]


def recipients(mailoutbox) -> list[str]:
    return [parseaddr(mail.to[0])[1] for mail in mailoutbox]


def subjects(mailoutbox) -> list[str]:
    return [mail.subject for mail in mailoutbox]


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


# Stops when ----------------------------------------------------------------------


def replies(contact):
    reply = Report(
        contact=contact, kind="email_reply", source="t", occurred_at=timezone.now()
    )
    track_interactions(reports=[reply], at=timezone.now())


def is_called(contact):
    call = Report(
        contact=contact,
        kind="call_outbound",
        source="t",
        occurred_at=timezone.now(),
        by=RepFactory(),
    )
    track_interactions(reports=[call], at=timezone.now())


def opts_out(contact):
    record_consents(
        contact=contact,
        decisions={Consent.Purpose.EMAIL_MARKETING: False},
        source="t",
        proof={},
        at=timezone.now(),
    )


def bounces(contact):
    suppress_address(
        address=contact.email, reason="bounced", source="t", at=timezone.now()
    )


def is_claimed(contact):
    claim_contact(contact=contact, by=RepFactory(), at=timezone.now())


def is_handed_off(contact):
    hand_off(crossing=CrossingFactory(contact=contact), at=timezone.now())


@pytest.mark.parametrize(
    ("happens", "end"),
    [
        (replies, "replied"),
        (is_called, "called"),
        (opts_out, "opted_out"),
        (bounces, "bounced"),
        (is_claimed, "claimed"),
        (is_handed_off, "handed_off"),
    ],
)
def test_it_stops_when_a_human_takes_over(
    clock, mailoutbox, django_capture_on_commit_callbacks, happens, end
):
    contact = agreed()
    sequence = published(
        mail(), send_from=time(20), send_until=time(21)
    )  # planned, not out yet
    enter(sequence, contact)
    run_on(clock)
    assert Message.objects.get().state == "planned"

    with django_capture_on_commit_callbacks(execute=True):
        happens(contact)
        advance_due_enrollments()
    run_on(clock, days=1)

    assert mailoutbox == []
    assert ends(sequence) == [end]
    assert Message.objects.get().state == "cancelled"


def test_a_mail_that_is_cancelled_by_hand_ends_the_run(clock):
    sequence = published(mail(), send_from=time(20), send_until=time(21))
    [run] = enter(sequence, agreed())
    run_on(clock)

    cancel_messages(keys_like=f"seq:{run.pk}:", reason="by_hand", at=timezone.now())
    run_on(clock, days=1)

    assert ends(sequence) == ["failed"]


def test_while_it_is_paused_nobody_moves_and_no_mail_leaves(clock, mailoutbox):
    sequence = published(
        mail(), wait(1), mail(), send_from=time(20), send_until=time(21)
    )
    enter(sequence, agreed())
    run_on(clock)

    set_status(sequence=sequence, status="paused", at=timezone.now())
    run_on(clock, days=3)
    assert mailoutbox == []

    set_status(sequence=sequence, status="active", at=timezone.now())
    run_on(clock, days=3)
    assert len(mailoutbox) == 2


# Versions ------------------------------------------------------------------------


def test_people_in_the_middle_keep_their_version(clock, mailoutbox):
    sequence = published(wait(1) | {"key": "w"}, mail(subject="Old") | {"key": "m"})
    enter(sequence, agreed())
    run_on(clock)

    republish(sequence, [mail(subject="New") | {"key": "m"}], moves_people=False)
    run_on(clock, days=2)

    assert subjects(mailoutbox) == ["Old"]


def test_people_in_the_middle_move_to_the_same_step_or_to_the_next_one_left(
    clock, mailoutbox
):
    sequence = published(wait(1) | {"key": "w"}, mail(subject="Old") | {"key": "m"})
    enter(sequence, agreed())
    run_on(clock)

    republish(sequence, [mail(subject="New") | {"key": "m"}], moves_people=True)
    run_on(clock)

    assert subjects(mailoutbox) == ["New"]
    assert ends(sequence) == ["done"]


def test_people_for_whom_nothing_is_left_are_through(clock):
    sequence = published(wait(5) | {"key": "w"})
    enter(sequence, agreed())
    run_on(clock)

    republish(sequence, [wait(1) | {"key": "other"}], moves_people=True)

    assert ends(sequence) == ["done"]


def republish(sequence, steps, *, moves_people):
    save_draft(sequence=sequence, steps=steps, by=None, at=timezone.now())
    publish_draft(
        sequence=sequence,
        moves_people=moves_people,
        note="",
        by=MarketerFactory(),
        at=timezone.now(),
    )


# Refusals ------------------------------------------------------------------------


def test_what_cannot_be_published_or_saved_is_refused():
    sequence = SequenceFactory(status=Sequence.Status.DRAFT)
    with pytest.raises(NothingToPublish):
        republish_nothing(sequence)
    with pytest.raises(NothingToPublish):
        set_status(sequence=sequence, status="active", at=TUESDAY)
    with pytest.raises(SequenceNameTaken):
        save_sequence(
            sequence=SequenceFactory.build(name=sequence.name), by=None, at=TUESDAY
        )
    with pytest.raises(BadWindow):
        save_sequence(sequence=SequenceFactory.build(send_days=[]), by=None, at=TUESDAY)
    with pytest.raises(BadTrigger):
        save_sequence(
            sequence=SequenceFactory.build(
                trigger="segment", trigger_settings={"segment": 999_999}
            ),
            by=None,
            at=TUESDAY,
        )


def republish_nothing(sequence):
    publish_draft(
        sequence=sequence,
        moves_people=False,
        note="",
        by=MarketerFactory(),
        at=TUESDAY,
    )


def test_a_step_that_fails_is_tried_again_and_then_ends_the_run(clock, caplog):
    sequence = published(mail())
    [run] = enter(sequence, agreed())
    step = run.version.steps.get()
    step.settings = {"template": 999_999}
    step.save()

    run_on(clock, days=4)

    assert ends(sequence) == ["failed"]
    failed = EnrollmentEvent.objects.filter(enrollment=run, kind="failed")
    assert failed.count() == 4
    assert "A step of enrollment" in caplog.text
