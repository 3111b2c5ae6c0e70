"""Letting contacts into sequences, and out of them where a human takes over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models import Enrollment, EnrollmentEvent, Message, SequenceVersion
from campaigns.models import Sequence as MailSequence
from campaigns.models.enrollment import is_held_out, run_of_key
from campaigns.services.ending import end_runs
from campaigns.steps.stopping import ENDING_KINDS
from campaigns.tasks import advance_enrollments
from contacts.models import Contact
from journeys.models import Interaction
from leadhub.errors import DomainError
from leadhub.queue import enqueue

End, State, Happened = Enrollment.End, Enrollment.State, EnrollmentEvent.Kind


class NotActive(DomainError):
    code = "sequence_not_active"


@transaction.atomic
def enroll_contacts(
    *,
    sequence: MailSequence,
    contacts: Collection[Contact],
    source: str,
    by: User | None,
    at: datetime,
) -> list[Enrollment]:
    """Let these contacts into the sequence; return the runs that are new.

    Who is in it already stays where they are, and who has been through it enters
    again only if the sequence allows it. Of the hold-out group a run is kept that is
    over at once. Safe to repeat and to run at once with others.

    Raises ``NotActive``.
    """
    version = _published(sequence)
    if sequence.status != MailSequence.Status.ACTIVE or version is None:
        raise NotActive(_("This sequence is not active: nobody can enter it."))
    known = Enrollment.objects.filter(
        sequence=sequence, contact__in=[contact.pk for contact in contacts]
    )
    if sequence.may_reenter:
        known = known.active()
    inside = set(known.values_list("contact_id", flat=True))
    rows = [
        Enrollment(
            sequence=sequence,
            version=version,
            contact=contact,
            due_at=at,
            entered_at=at,
            source=source[:80],
        )
        for contact in sorted(contacts, key=lambda contact: contact.pk)
        if contact.pk not in inside
    ]
    for row in rows:
        if is_held_out(row):
            row.state, row.end = State.FINISHED, End.HELD_OUT
            row.due_at, row.ended_at = None, at
    Enrollment.objects.bulk_create(rows, ignore_conflicts=True)
    # Who lost a race against another run of this has no row of ours.
    new = list(
        Enrollment.objects.filter(
            sequence=sequence,
            contact__in=[row.contact_id for row in rows],
            entered_at=at,
            source=source[:80],
            events=None,
        )
    )
    EnrollmentEvent.objects.bulk_create(
        EnrollmentEvent(
            enrollment=row, kind=Happened.ENTERED, at=at, note=by.username if by else ""
        )
        for row in new
    )
    if new:
        enqueue(advance_enrollments)
    return new


@transaction.atomic
def stop_enrollments(
    *,
    contact_ids: Collection[int],
    end: Enrollment.End,
    at: datetime,
    sequence: MailSequence | None = None,
    note: str = "",
) -> int:
    """Take contacts out of all sequences, or of one; return how many runs ended.

    What was planned for them is cancelled with it. Safe to repeat. In the order of
    locks it comes behind the contact and its guard.
    """
    runs = Enrollment.objects.active().filter(contact__in=contact_ids)
    if sequence is not None:
        runs = runs.filter(sequence=sequence)
    rows = list(runs.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    end_runs(rows=rows, end=end, at=at, note=note)
    return len(rows)


@transaction.atomic(savepoint=False)  # the busiest doors come through here
def stop_by_interactions(*, interactions: Collection[Interaction], at: datetime) -> int:
    """Take out whoever replied, talked to a rep, or whose mail came back.

    Return how many runs ended. What machines did ends nothing.
    """
    ends: dict[Enrollment.End, set[int]] = defaultdict(set)
    for row in interactions:
        end = ENDING_KINDS.get(row.kind)
        if end and row.contact_id is not None and not row.is_machine:
            ends[end].add(row.contact_id)
    return sum(
        stop_enrollments(contact_ids=ids, end=end, at=at) for end, ids in ends.items()
    )


@transaction.atomic(savepoint=False)  # of every change to a contact
def wake_enrollments(*, contact_ids: Collection[int], at: datetime) -> int:
    """Look again at once whether a branch or a goal of these contacts has come true.

    Return how many runs that is.
    """
    runs = Enrollment.objects.active().filter(contact__in=contact_ids, due_at__gt=at)
    count = runs.update(due_at=at)
    if count:
        enqueue(advance_enrollments)
    return count


@transaction.atomic(savepoint=False)  # of every mail
def go_on_after_messages(*, messages: Collection[Message], at: datetime) -> int:
    """Let runs whose mail is out, or will never be, go on; return how many."""
    ids = {run_of_key(message.key) for message in messages} - {None}
    if not ids:
        return 0
    count = Enrollment.objects.active().filter(pk__in=ids).update(due_at=at)
    if count:
        enqueue(advance_enrollments)
    return count


def _published(sequence: MailSequence) -> SequenceVersion | None:
    versions = SequenceVersion.objects.filter(
        sequence=sequence, published_at__isnull=False
    )
    return versions.order_by("-number").first()
