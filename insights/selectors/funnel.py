"""How far contacts come on a journey, and where most of them stop."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from django.db.models import Count

from accounts.models import User
from accounts.permissions import scope
from campaigns.experiments import Arm, difference_interval, interval
from insights.selectors.passages import Passages
from insights.selectors.periods import Period
from journeys.models import Journey, Phase, PhaseVisit

# A step with fewer contacts says nothing about its strength.
ENOUGH = 10


@dataclass(frozen=True, slots=True)
class Step:
    """A phase: who entered it in a period, and who moved on to a later one in it too.

    Each period counts up to its own end, so that one is compared with the other
    fairly. To where lost deals end nobody moves on.
    """

    phase: Phase
    entered: int
    moved_on: int
    entered_before: int
    moved_on_before: int
    next: Phase | None

    @property
    def share(self) -> float | None:
        """How many of 100 who entered have moved on."""
        return 100 * self.moved_on / self.entered if self.entered else None

    @property
    def share_before(self) -> float | None:
        """Of the period before; None where too few entered."""
        if self.entered_before < ENOUGH:
            return None
        return 100 * self.moved_on_before / self.entered_before

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which shares the true one is, with 95 % confidence."""
        low, high = interval(Arm(self.entered, self.moved_on))
        return 100 * low, 100 * high

    @property
    def has_changed(self) -> bool:
        """Whether the change is more than chance, with 95 % confidence."""
        if self.share_before is None:
            return False
        before = Arm(self.entered_before, self.moved_on_before)
        low, high = difference_interval(Arm(self.entered, self.moved_on), before)
        return not low <= 0 <= high


def live_journeys(user: User) -> list[Journey]:
    """Those that the user may see, the one with most contacts in it first."""
    live = scope(user, Journey, "read").live()
    stays = PhaseVisit.objects.filter(left_at=None).values_list("phase__journey")
    here = dict(stays.annotate(Count("pk")))
    return sorted(live, key=lambda journey: (-here.get(journey.pk, 0), journey.pk))


def funnel(
    journey: Journey,
    period: Period,
    before: Period | None = None,
    *,
    passages: Passages | None = None,
) -> list[Step]:
    """The steps of a journey in order, beside ``before``."""
    phases = list(journey.phases.order_by("position"))
    order = [phase for phase in phases if phase.outcome != Phase.Outcome.LOST]
    next_of = {phase.pk: following for phase, following in pairwise(order)}
    passages = passages or Passages(journey)
    now, then = passages.entered(period, before or period.before())
    steps = []
    for phase in phases:
        entered, moved_on = now[phase.pk]
        entered_before, moved_before = then[phase.pk]
        steps.append(
            Step(
                phase=phase,
                entered=entered,
                moved_on=moved_on,
                entered_before=entered_before,
                moved_on_before=moved_before,
                next=next_of.get(phase.pk),
            )
        )
    return steps


def weakest(steps: list[Step]) -> Step | None:
    """The step of which most surely few move on, of those with enough contacts.

    That is the one whose upper bound is lowest: 1 of 26 may be chance, 24 of 476 is not.
    """
    known = [s for s in steps if s.next is not None and s.entered >= ENOUGH]
    return min(known, key=lambda step: step.bounds[1], default=None)
