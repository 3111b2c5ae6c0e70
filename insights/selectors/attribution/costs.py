"""What channels, measures and campaigns cost."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from insights.attribution.paths import Key
from insights.selectors.attribution.dimensions import Dimension
from insights.selectors.periods import Period
from journeys.models import Measure
from journeys.selectors.costs import measure_costs

# What a measure's cost is counted on.
FIELDS = {"channel": "channel", "measure": "pk", "campaign": "utm_campaign"}


def costs(period: Period, *, by: Dimension) -> dict[Key, Decimal] | None:
    """Key -> what its measures cost in the period, in cents; None where nobody can say.

    Two queries.
    """
    field = FIELDS.get(by.name)
    if field is None:
        return None
    spent = measure_costs(period.since, period.until)
    found: dict[Key, Decimal] = defaultdict(Decimal)
    rows = Measure.objects.filter(pk__in=spent).order_by("pk")
    for pk, key in rows.values_list("pk", field):
        if key:
            found[key] += spent[pk]
    return {key: cost.quantize(Decimal("0.01")) for key, cost in found.items()}
