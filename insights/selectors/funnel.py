"""How far contacts come on a journey, and where most of them stop."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q

from accounts.models import User
from accounts.permissions import scope
from insights.selectors.periods import Period
from journeys.models import Journey, Phase, PhaseVisit

# A step with fewer contacts says nothing about its strength.
ENOUGH = 10


@dataclass(frozen=True, slots=True)
class Step:
    """A phase: who entered it in a period, and who has moved on to a later one since."""

    phase: Phase
    entered: int
    moved_on: int
    # Of the period before; None where too few entered.
    share_before: float | None
    next: Phase | None

    @property
    def share(self) -> float | None:
        """How many of 100 who entered have moved on."""
        return 100 * self.moved_on / self.entered if self.entered else None


def live_journeys(user: User) -> list[Journey]:
    """Those that the user may see, the one with most contacts in it first."""
    live = scope(user, Journey, "read").live()
    here = Count("phases__visits", filter=Q(phases__visits__left_at=None))
    return list(live.annotate(here=here).order_by("-here", "pk"))


def funnel(journey: Journey, period: Period) -> list[Step]:
    """The steps of a journey in order; three queries."""
    phases = list(journey.phases.order_by("position"))
    now, before = _counts(journey, period), _counts(journey, period.before())
    steps = []
    for place, phase in enumerate(phases):
        entered, moved_on = now.get(phase.pk, (0, 0))
        entered_before, moved_before = before.get(phase.pk, (0, 0))
        is_enough = entered_before >= ENOUGH
        steps.append(
            Step(
                phase=phase,
                entered=entered,
                moved_on=moved_on,
                share_before=100 * moved_before / entered_before if is_enough else None,
                next=phases[place + 1] if place + 1 < len(phases) else None,
            )
        )
    return steps


def weakest(steps: list[Step]) -> Step | None:
    """The step from which the smallest share moved on, of those with enough contacts."""
    known = [s for s in steps if s.next is not None and s.entered >= ENOUGH]
    return min(known, key=lambda step: step.share or 0.0, default=None)


def _counts(journey: Journey, period: Period) -> dict[int, tuple[int, int]]:
    """Phase -> (contacts who entered in the period, those of them who moved on)."""
    later = PhaseVisit.objects.filter(
        contact=OuterRef("contact"),
        phase__journey=journey,
        phase__position__gt=OuterRef("phase__position"),
        entered_at__gte=OuterRef("entered_at"),
    )
    entered = PhaseVisit.objects.filter(
        phase__journey=journey,
        entered_at__gte=period.since,
        entered_at__lt=period.until,
    ).order_by()
    rows = (
        entered.annotate(has_moved_on=Exists(later))
        .values("phase")
        .annotate(
            # Who came twice is one contact.
            entered=Count("contact", distinct=True),
            moved_on=Count("contact", distinct=True, filter=Q(has_moved_on=True)),
        )
    )
    return {row["phase"]: (row["entered"], row["moved_on"]) for row in rows}
