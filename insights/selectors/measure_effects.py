"""What the measures of a journey set in motion in a period, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Q

from insights.selectors.periods import Period
from insights.selectors.ways import stays_of
from journeys.models import Interaction, Journey, Measure, Phase
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
    journey: Journey, period: Period, before: Period
) -> list[MeasureEffect]:
    """Each measure, phase by phase; four queries. Machine traffic is left out."""
    measures = (
        Measure.objects.filter(phase__journey=journey)
        .select_related("phase")
        .annotate(link_count=Count("links"))
        .order_by("phase__position", "pk")
    )
    spent = measure_costs(period.since, period.until)
    costs = {number: cost.quantize(CENT) for number, cost in spent.items()}
    touched, moved_on = _touched(journey, period, before), _moved_on(journey, period)
    return [
        MeasureEffect(
            measure,
            *touched.get(measure.pk, (0, 0, 0)),
            moved_on=moved_on.get(measure.pk, 0),
            cost=costs.get(measure.pk),
        )
        for measure in measures
    ]


def _touched(
    journey: Journey, period: Period, before: Period
) -> dict[int, tuple[int, int, int]]:
    """Measure -> interactions in the period, in the one before, contacts."""
    is_now = Q(occurred_at__gte=period.since, occurred_at__lt=period.until)
    rows = (
        Interaction.objects.by_people()
        .filter(
            measure__phase__journey=journey,
            occurred_at__gte=before.since,
            occurred_at__lt=period.until,
        )
        .order_by()
        .values("measure")
        .annotate(
            now=Count("pk", filter=is_now),
            before=Count("pk", filter=~is_now),
            contacts=Count(
                "contact",
                distinct=True,
                filter=is_now & Q(contact__merged_into=None),
            ),
        )
    )
    return {
        row["measure"]: (row["now"], row["before"], row["contacts"]) for row in rows
    }


def _moved_on(journey: Journey, period: Period) -> dict[int, int]:
    """Measure -> contacts who came into a later phase after it had touched them."""
    touch = "contact__interactions"
    rows = (
        stays_of(journey)
        .exclude(phase__outcome=Phase.Outcome.LOST)
        .filter(
            **{
                f"{touch}__measure__phase__journey": journey,
                f"{touch}__is_machine": False,
                f"{touch}__occurred_at__gte": period.since,
                f"{touch}__occurred_at__lte": F("entered_at"),
                f"{touch}__measure__phase__position__lt": F("phase__position"),
            },
            entered_at__gte=period.since,
            entered_at__lt=period.until,
        )
        .values_list(f"{touch}__measure")
        .annotate(contacts=Count("contact", distinct=True))
    )
    return dict(rows)
