"""All KPIs, and the figure of one of them."""

from __future__ import annotations

from collections.abc import Iterable

from django.conf import settings

from insights.kpis import contacts, costs, deals, handoffs
from insights.kpis.definitions import Figure, Kpi, Parts, Scope
from insights.kpis.groups import BEFORE, NOW, TURN
from insights.kpis.ways import CountsEach

# In the order in which pages show them.
KPIS: dict[str, Kpi] = {
    kpi.key: kpi
    for kpi in (
        *contacts.OF_CONTACTS,
        *handoffs.OF_HANDOFFS,
        *handoffs.OF_QUALITY,
        *deals.OF_QUALITY,
        *deals.OF_DEALS,
        *costs.OF_COST,
        *contacts.OF_PHASES,
    )
}


def figure(
    key: str,
    scope: Scope,
    *,
    compares: bool = True,
    parts: Parts | None = None,
    before: Parts | None = None,
) -> Figure:
    """One KPI for a scope, beside the period before; ``LookupError`` if none is so named.

    ``parts`` is what it is made of, where that was counted with others; so ``before``.
    """
    kpi = KPIS[key]
    reason = kpi.reason_against(scope)
    has_before = compares and not kpi.is_of_now and not reason
    if parts is None and has_before and kpi.moment and isinstance(kpi.way, CountsEach):
        turns = kpi.way.each(kpi, scope, TURN)
        parts, before = turns[NOW], turns[BEFORE]
    parts = kpi.parts(scope) if parts is None else parts
    if has_before and before is None:
        before = kpi.parts(scope.before())
    return Figure(
        key=kpi.key,
        label=kpi.label,
        definition=kpi.definition,
        value=parts.value,
        before=None if before is None else before.value,
        unit=unit_of(kpi),
        more_is_better=kpi.more_is_better,
        url="" if reason else kpi.listing.url(kpi.list_query(scope)),
        owner=kpi.owner,
        group=kpi.group,
        parts=parts,
        part_url=kpi.listing.url(kpi.list_query(scope, part=True))
        if kpi.part and not reason
        else "",
        reason=reason,
    )


def figures(keys: Iterable[str], scope: Scope) -> list[Figure]:
    return [figure(key, scope) for key in keys]


def unit_of(kpi: Kpi) -> str:
    """As pages and API name it: the currency for money."""
    return settings.CURRENCY if kpi.unit == "money" else kpi.unit


# The tiles of Today.
TILES = ("new_contacts", "became_ready", "ready_now", "accepted", "hours_to_accept")
DEAL_TILES = ("win_rate", "won_value", "pipeline_value", "forecast")
