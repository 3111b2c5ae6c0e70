"""What a measure costs, as the document of a plan says it. Pure: no database, no clock.

    {"amount": "600.00", "per": "month", "since_date": "2026-12-01", "until_date": null,
     "note": "Clicks"}

A plan speaks of what is not over yet: what was spent is no plan, it is written down.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from journeys.models import MeasureCost
from leadhub.money import money_text

CostPart = dict[str, Any]


def cost_part(cost: MeasureCost) -> CostPart:
    until = cost.until_date
    return {
        "amount": f"{cost.amount:.2f}",
        "per": cost.per,
        "since_date": cost.since_date.isoformat(),
        "until_date": until.isoformat() if until else None,
        "note": cost.note,
    }


def cost_row(part: CostPart) -> MeasureCost:
    """The row that it becomes, of no measure yet."""
    until = part["until_date"]
    return MeasureCost(
        amount=Decimal(part["amount"]),
        per=part["per"],
        since_date=date.fromisoformat(part["since_date"]),
        until_date=date.fromisoformat(until) if until else None,
        note=part["note"],
    )


def cost_parts(costs: Iterable[MeasureCost]) -> list[CostPart]:
    """In the order in which they begin."""
    return sorted((cost_part(cost) for cost in costs), key=_order)


def costs_apart(
    old: Iterable[CostPart], new: Iterable[CostPart], *, day: date
) -> tuple[list[CostPart], list[CostPart]]:
    """(Those of ``old`` alone, those of ``new`` alone), of what is not over on ``day``."""
    was, now = (
        Counter(tuple(p.items()) for p in cost_parts(map(cost_row, parts)))
        for parts in (old, new)
    )
    apart = ((was - now).elements(), (now - was).elements())
    gone, come = (
        [part for part in map(dict, some) if not cost_row(part).is_over(day)]
        for some in apart
    )
    return gone, come


def cost_text(part: CostPart) -> str:
    """In words: "600 € a month from 12/1/2026 (Clicks)"."""
    cost = cost_row(part)
    since = date_format(cost.since_date, "SHORT_DATE_FORMAT")
    last = cost.until_date
    said = {
        "amount": money_text(cost.amount),
        "since": since,
        "until": date_format(last, "SHORT_DATE_FORMAT") if last else "",
    }
    if cost.per == cost.Per.MONTH:
        text = (
            _("%(amount)s a month, %(since)s to %(until)s")
            if last
            else _("%(amount)s a month from %(since)s")
        )
    elif last and last != cost.since_date:
        text = _("%(amount)s, %(since)s to %(until)s")
    else:
        text = _("%(amount)s on %(since)s")
    return text % said + (f" ({cost.note})" if cost.note else "")


def _order(part: CostPart) -> tuple[str, ...]:
    return (
        *(part["since_date"], part["until_date"] or "", part["per"]),
        *(part["amount"].rjust(16), part["note"]),
    )
