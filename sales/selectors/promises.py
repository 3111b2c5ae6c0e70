"""What became of handoffs, and of what was promised about them: one definition each.

Figures count with these, and the list of handoffs shows the same rows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from journeys.models import Interaction
from journeys.models.interaction import Kind
from sales.models import Handoff
from sales.models.handoff import HandoffQuerySet

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
    """Accepted by the promised moment, by the first rep who was asked."""
    return rows.filter(misses=0, accepted_at__lte=F("accept_by"))


def late(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Accepted after it, expired, or still waiting for an answer past it."""
    is_offered = Q(status=Handoff.Status.OFFERED)
    is_waiting = is_offered & Q(accept_by__lte=at)
    return rows.filter(
        Q(accepted_at__gt=F("accept_by"))
        | Q(misses__gt=0) & (Q(accepted_at__isnull=False) | is_offered)
        | Q(accepted_at=None) & (Q(status=Handoff.Status.EXPIRED) | is_waiting)
    )


def touched(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Called, met or written to by the moment that was promised when they accepted."""
    return accepted(rows, at).filter(_touched_in_time())


def untouched(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Not, though that moment has passed."""
    over = accepted(rows, at).filter(touch_by__lte=at)
    return over.exclude(_touched_in_time())


def first_touches(contact: Any, since: Any) -> QuerySet[Interaction]:
    """Calls, meetings and mails to the contact from then on."""
    return Interaction.objects.by_people().filter(
        contact=contact, kind__in=TOUCHES, occurred_at__gte=since
    )


def _touched_in_time() -> Exists:
    touches = first_touches(OuterRef("contact"), OuterRef("accepted_at"))
    return Exists(touches.filter(occurred_at__lte=OuterRef("touch_by")))


ANSWERS: dict[str, Callable[[HandoffQuerySet, datetime], HandoffQuerySet]] = {
    "accepted": accepted,
    "refused": refused,
    "answered": answered,
    "in_time": in_time,
    "late": late,
    "touched": touched,
    "untouched": untouched,
}
