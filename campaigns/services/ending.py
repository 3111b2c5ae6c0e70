"""What belongs to the end of a run, whoever ends it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from campaigns.models import Enrollment, EnrollmentEvent
from campaigns.services.messages import cancel_messages

COMPLETED = {Enrollment.End.DONE, Enrollment.End.GOAL, Enrollment.End.HELD_OUT}


def end_runs(
    *, rows: Sequence[Enrollment], end: Enrollment.End, at: datetime, note: str = ""
) -> None:
    """Close runs that the caller has locked, with all that was planned for them."""
    if not rows:
        return
    state = Enrollment.State.FINISHED if end in COMPLETED else Enrollment.State.STOPPED
    changes = {"state": state, "end": end, "ended_at": at, "due_at": None}
    for row in rows:
        for name, value in changes.items():
            setattr(row, name, value)
    Enrollment.objects.filter(pk__in=[row.pk for row in rows]).update(**changes)
    EnrollmentEvent.objects.bulk_create(
        EnrollmentEvent(
            enrollment=row,
            kind=EnrollmentEvent.Kind.ENDED,
            at=at,
            step_id=row.step_id,
            note=note or end,
        )
        for row in rows
    )
    # Apart, because cancelling locks guards, which come before runs. Should it never
    # come to that: the gate lets no mail of a run that is over pass.
    transaction.on_commit(
        lambda: cancel_messages(enrollments=rows, reason=end, at=at), robust=True
    )
