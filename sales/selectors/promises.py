"""What became of handoffs, and of what was promised about them: one definition each.

Figures count with these, and the list of handoffs shows the same rows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from journeys.models import Interaction
from journeys.models.interaction import Kind
from sales.models import Handoff
from sales.models.handoff import HandoffQuerySet

TOUCH_WITHIN = timedelta(hours=24)
TOUCHES = (Kind.CALL_OUTBOUND, Kind.MEETING, Kind.EMAIL_SENT)
REFUSED = (Handoff.Status.DECLINED, Handoff.Status.EXPIRED)


def accepted(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Once, whatever has become of them since."""
    return rows.filter(accepted_at__isnull=False)


def refused(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Declined or expired without having been accepted."""
    return rows.filter(accepted_at=None, status__in=REFUSED)


def answered(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    return rows.filter(Q(accepted_at__isnull=False) | Q(status__in=REFUSED))


def in_time(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Accepted by the promised moment."""
    return rows.filter(accepted_at__lte=F("accept_by"))


def late(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Accepted after it, expired, or still waiting for an answer past it."""
    is_waiting = Q(status=Handoff.Status.OFFERED, accept_by__lte=at)
    return rows.filter(
        Q(accepted_at__gt=F("accept_by"))
        | Q(accepted_at=None) & (Q(status=Handoff.Status.EXPIRED) | is_waiting)
    )


def touched(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Called, met or written to within 24 hours after they were accepted."""
    return accepted(rows, at).filter(_first_touches())


def untouched(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Not, though the 24 hours are over."""
    over = accepted(rows, at).filter(accepted_at__lte=at - TOUCH_WITHIN)
    return over.exclude(_first_touches())


def _first_touches() -> Exists:
    return Exists(
        Interaction.objects.by_people().filter(
            contact=OuterRef("contact"),
            kind__in=TOUCHES,
            occurred_at__gte=OuterRef("accepted_at"),
            occurred_at__lte=OuterRef("accepted_at") + TOUCH_WITHIN,
        )
    )


ANSWERS: dict[str, Callable[[HandoffQuerySet, datetime], HandoffQuerySet]] = {
    "accepted": accepted,
    "refused": refused,
    "answered": answered,
    "in_time": in_time,
    "late": late,
    "touched": touched,
    "untouched": untouched,
}
