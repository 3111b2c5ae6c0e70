"""Sequences and mails of two contacts that become one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from campaigns.models import Enrollment, EnrollmentEvent, Message, MessageEvent
from campaigns.services.enrollments import stop_enrollments
from campaigns.services.interest_marks import mark_interests_stale
from campaigns.services.messages import cancel_messages
from campaigns.tasks import advance_enrollments, send_messages
from contacts.gate import Purpose
from contacts.merging import Merging, Part
from leadhub.queue import enqueue

End, State = Enrollment.End, Enrollment.State
REASON = End.MERGED.value


class RunPart(Part):
    """The survivor stays in its own sequences; what the other was in ends.

    Mails of marketing that wait for the other are not sent: the survivor gets its own.
    """

    def merge(self, merging: Merging) -> dict[str, list[int]]:
        """Return the runs that ended, and the mails that do not leave."""
        gone, at = merging.gone, merging.at
        runs = Enrollment.objects.active().filter(contact=gone)
        waiting = Message.objects.stoppable().filter(
            contact=gone, purpose=Purpose.MARKETING
        )
        noted = {
            "runs": sorted(runs.values_list("pk", flat=True)),
            "mails": sorted(waiting.values_list("pk", flat=True)),
        }
        stop_enrollments(contact_ids=[gone.pk], end=End.MERGED, at=at)
        cancel_messages(
            contact=gone, purpose=Purpose.MARKETING, reason=REASON, at=at, by=merging.by
        )
        return noted

    def merged(self, merging: Merging) -> None:
        mark_interests_stale(contact_ids=_pks(merging), at=merging.at)

    def undo(self, merging: Merging, noted: dict[str, list[int]]) -> None:
        _go_on(noted["runs"], at=merging.at)
        _wait_again(noted["mails"], merging)
        mark_interests_stale(contact_ids=_pks(merging), at=merging.at)


def _go_on(numbers: list[int], *, at: datetime) -> None:
    """Take runs up where the merge ended them."""
    ended = Enrollment.objects.filter(pk__in=numbers, end=End.MERGED)
    rows = list(ended.select_for_update(no_key=True, of=("self",)).order_by("pk"))
    again = []
    for row in rows:
        twin = Enrollment.objects.active().filter(
            sequence=row.sequence_id, contact=row.contact_id
        )
        if not twin.exists():
            again.append(row)
    changes: dict[str, Any] = {"state": State.ACTIVE, "end": "", "ended_at": None}
    Enrollment.objects.filter(pk__in=[row.pk for row in again]).update(
        **changes, due_at=at
    )
    EnrollmentEvent.objects.bulk_create(
        EnrollmentEvent(
            enrollment=row,
            kind=EnrollmentEvent.Kind.ENTERED,
            at=at,
            step_id=row.step_id,
            note="undone",
        )
        for row in again
    )
    if again:
        enqueue(advance_enrollments)


def _wait_again(numbers: list[int], merging: Merging) -> None:
    at = merging.at
    rows = Message.objects.filter(
        pk__in=numbers, state=Message.State.CANCELLED, reason=REASON
    )
    waiting = list(rows.select_for_update(no_key=True).order_by("pk"))
    pks = [row.pk for row in waiting]
    Message.objects.filter(pk__in=pks).update(state=Message.State.PLANNED, reason="")
    MessageEvent.objects.bulk_create(
        MessageEvent(message=row, name=Message.State.PLANNED, at=at, by=merging.by)
        for row in waiting
    )
    if any(row.due_at <= at for row in waiting):
        enqueue(send_messages)


def _pks(merging: Merging) -> list[int]:
    return [contact.pk for contact in merging.both]
