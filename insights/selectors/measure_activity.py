"""Which measures of live journeys nobody has touched in a period."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from accounts.models import User
from accounts.permissions import scope
from insights.selectors.periods import Period
from insights.selectors.touches import touches
from journeys.models import Journey, Measure
from journeys.selectors.costs import measure_costs


@dataclass(frozen=True, slots=True)
class Activity:
    """A measure, what people did through it in a period and before, and its cost."""

    measure: Measure
    touches: int
    before: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class Activities:
    """Those without a touch, the dearest first; and how many there are in all."""

    silent: list[Activity]
    count: int

    @property
    def wasted(self) -> Decimal:
        """What the silent ones cost in the period."""
        return sum((row.cost for row in self.silent), Decimal())


def measure_activities(user: User, period: Period) -> Activities:
    journeys = scope(user, Journey, "read").live()
    rows = scope(user, Measure, "read").filter(phase__journey__in=journeys)
    measures = list(rows.select_related("phase__journey").order_by("pk"))
    if not measures:
        return Activities([], 0)
    now, before = (touches(when, "measure_id") for when in (period, period.before()))
    costs = measure_costs(period.since, period.until)
    silent = [
        Activity(row, 0, before[row.pk], costs.get(row.pk, Decimal()))
        for row in measures
        if not now[row.pk]
    ]
    silent.sort(key=lambda row: (-row.cost, -row.before, row.measure.pk))
    return Activities(silent, len(measures))
