"""What the measures of a journey set in motion in a period, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count

from insights.selectors.passages import Passages
from insights.selectors.periods import Period
from insights.selectors.touches import touches
from journeys.models import Journey, Measure
from journeys.selectors.costs import measure_costs

CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class MeasureEffect:
    """Contacts whom a measure touched, and who came into a later phase after that.

    Later than the phase of the measure; phases where lost deals end are none.
    """

    measure: Measure
    interactions: int
    interactions_before: int
    contacts: int
    moved_on: int
    # Its share of the period; None if it costs nothing in it.
    cost: Decimal | None

    @property
    def share(self) -> float | None:
        return self.moved_on / self.contacts if self.contacts else None

    @property
    def is_carried(self) -> bool:
        """Whether anything could count on it: a page, a campaign, a link."""
        has_links = getattr(self.measure, "link_count", 0) > 0
        return bool(self.measure.url or self.measure.utm_campaign or has_links)


def measure_effects(
    journey: Journey, period: Period, before: Period, passages: Passages
) -> list[MeasureEffect]:
    """Each measure, phase by phase. Machine traffic is left out."""
    measures = (
        Measure.objects.filter(phase__journey=journey)
        .select_related("phase")
        .annotate(link_count=Count("links"))
        .order_by("phase__position", "pk")
    )
    spent = measure_costs(period.since, period.until)
    costs = {number: cost.quantize(CENT) for number, cost in spent.items()}
    now, then = (touches(when, "measure_id") for when in (period, before))
    people = passages.touched(period)
    return [
        MeasureEffect(
            measure,
            now[measure.pk],
            then[measure.pk],
            *people[measure.pk],
            cost=costs.get(measure.pk),
        )
        for measure in measures
    ]
