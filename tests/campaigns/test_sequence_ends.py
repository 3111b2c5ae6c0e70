"""Contacts leave sequences: where a human takes over, and as versions change."""

from datetime import time

import pytest
from django.utils import timezone

from campaigns.models import EnrollmentEvent, Message, Sequence
from campaigns.services.advancing import advance_due_enrollments
from campaigns.services.messages import cancel_messages
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
from contacts.models import Consent
from contacts.services.consents import record_consents, suppress_address
from journeys.services.tracking import Report, track_interactions
from sales.services.claims import claim_contact
from sales.services.handoffs import hand_off
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
from tests.factories.accounts import MarketerFactory, RepFactory
from tests.factories.sales import CrossingFactory
from tests.factories.sequences import SequenceFactory, published

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "sender")]


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
