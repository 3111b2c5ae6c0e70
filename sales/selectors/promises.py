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
from sales.models import Handoff, HandoffEvent, PromiseSettings
from sales.models.handoff import HandoffQuerySet
from sales.selectors.calendars import TIPPED_LATELY

TOUCHES = (Kind.CALL_OUTBOUND, Kind.MEETING, Kind.EMAIL_SENT)
REFUSED = (Handoff.Status.DECLINED, Handoff.Status.EXPIRED)


def accepted(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Once, whatever has become of them since."""
    return rows.filter(accepted_at__isnull=False)


def refused(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Declined or expired without having been accepted."""
    return rows.filter(accepted_at=None, status__in=REFUSED)


def declined(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Given back with a reason, before or after having been accepted."""
    return rows.exclude(decline_reason="")


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


def rated(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Of which the rep said how good the lead was."""
    return rows.filter(rating__isnull=False)


def judged(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Of which it is known whether they were answered in time."""
    return in_time(rows, at) | late(rows, at)


def touch_judged(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Of which it is known whether the first touch was in time."""
    known = Q(_touched_in_time()) | Q(touch_by__lte=at)
    return accepted(rows, at).filter(known)


def reached(rows: HandoffQuerySet, at: datetime) -> HandoffQuerySet:
    """Called, met or written to since they were accepted."""
    return accepted(rows, at).filter(touched_at__isnull=False)


def first_touches(contact: Any, since: Any) -> QuerySet[Interaction]:
    """Calls, meetings and mails to the contact from then on."""
    return Interaction.objects.by_people().filter(
        contact=contact, kind__in=TOUCHES, occurred_at__gte=since
    )


def who_missed(handoff: Handoff) -> set[int]:
    """Whose promise it was that was missed, to answer or to touch."""
    kinds = (HandoffEvent.Kind.MISSED, HandoffEvent.Kind.UNTOUCHED)
    missed = handoff.events.filter(kind__in=kinds, assignee__isnull=False)
    return set(missed.values_list("assignee", flat=True))


def hurried(*, at: datetime) -> HandoffQuerySet:
    """Offers whose contact has asked meanwhile for what is answered sooner."""
    sooner = Q(pk__in=[])
    for kind, minutes in PromiseSettings.current().fast_minutes.items():
        asked = _asked(
            OuterRef("contact"), [kind], since=OuterRef("assigned_at"), at=at
        )
        sooner |= Q(Exists(asked), accept_minutes__gt=minutes)
    return Handoff.objects.filter(sooner, status=Handoff.Status.OFFERED)


def asked_meanwhile(handoff: Handoff, *, at: datetime) -> str | None:
    """The kind of what its contact has asked for, of those the one answered soonest."""
    fast = PromiseSettings.current().fast_minutes
    kinds = [kind for kind in fast if fast[kind] < handoff.accept_minutes]
    since = handoff.assigned_at or handoff.offered_at
    asked = _asked(handoff.contact_id, kinds, since=since, at=at)
    found = asked.values_list("kind", flat=True).distinct()
    return min(found, key=lambda kind: (fast[kind], kind), default=None)


def _asked(
    contact: Any, kinds: list[str], *, since: Any, at: datetime
) -> QuerySet[Interaction]:
    return Interaction.objects.by_people().filter(
        contact=contact,
        kind__in=kinds,
        occurred_at__gt=since,
        occurred_at__range=(at - TIPPED_LATELY, at),
    )


def _touched_in_time() -> Exists:
    touches = first_touches(OuterRef("contact"), OuterRef("accepted_at"))
    return Exists(touches.filter(occurred_at__lte=OuterRef("touch_by")))


ANSWERS: dict[str, Callable[[HandoffQuerySet, datetime], HandoffQuerySet]] = {
    "accepted": accepted,
    "refused": refused,
    "declined": declined,
    "answered": answered,
    "in_time": in_time,
    "late": late,
    "touched": touched,
    "untouched": untouched,
    "judged": judged,
    "touch_judged": touch_judged,
    "reached": reached,
    "rated": rated,
}
