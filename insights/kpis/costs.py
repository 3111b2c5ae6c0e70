"""What leads cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.filters import ContactFilter
from contacts.models import Contact
from insights.kpis.contacts import NO_PHASE, NO_TEAM
from insights.kpis.definitions import Group, Kpi, Listing, Owner, Parts, Scope
from insights.kpis.groups import BEFORE, MONTH, NOW, TURN
from insights.kpis.ways import counts
from insights.selectors.periods import month_of
from journeys.models import Measure
from journeys.selectors.costs import measure_costs


class _Brought(Listing):
    """Contacts whom measures brought: any, those of a journey, or one."""

    def narrowed(self, scope: Scope) -> dict[str, str]:
        if scope.measure is not None:
            return {"brought_by": str(scope.measure.pk)}
        if scope.journey is not None:
            return {"brought_by": f"journey:{scope.journey.pk}"}
        return {"brought_by": "any"}


class CostPerContact:
    """What measures cost in the period, per new contact that they brought."""

    def parts(self, kpi: Kpi, scope: Scope) -> Parts:
        return _per_contact(_total(_spent(scope)), kpi.rows(scope).count())

    def each(self, kpi: Kpi, scope: Scope, by: str) -> Mapping[Any, Parts]:
        contacts = counts(kpi, scope, by)
        spent = SPENT.get(by, _spent)(scope)
        found = defaultdict(lambda: _per_contact(None, 0))
        for group in contacts.keys() | spent.keys():
            found[group] = _per_contact(spent.get(group), contacts.get(group, 0))
        return found


def _spent(scope: Scope) -> Mapping[int, Decimal]:
    """Measure -> what it cost in the period, of those that the scope is about."""
    costs = measure_costs(scope.period.since, scope.period.until)
    counted = set(costs)
    if scope.journey is not None:
        theirs = Measure.objects.filter(phase__journey=scope.journey)
        counted &= set(theirs.values_list("pk", flat=True))
    if scope.measure is not None:
        counted &= {scope.measure.pk}
    return {pk: costs[pk] for pk in counted}


def _spent_in_months(scope: Scope) -> Mapping[date, Decimal | None]:
    """First day -> what was spent in each month of the period."""
    month, found = month_of(scope.period.last, at=scope.at), {}
    while month.until > scope.period.since:
        found[month.first] = _total(_spent(scope.during(month)))
        month = month.earlier()
    return found


def _spent_in_turn(scope: Scope) -> Mapping[int, Decimal | None]:
    return {NOW: _total(_spent(scope)), BEFORE: _total(_spent(scope.before()))}


SPENT = {MONTH: _spent_in_months, TURN: _spent_in_turn}


def _total(spent: Mapping[int, Decimal]) -> Decimal | None:
    """None where nothing is known to cost anything."""
    return sum(spent.values(), Decimal(0)) if spent else None


def _per_contact(spent: Decimal | None, contacts: int) -> Parts:
    value = float(spent) / contacts if contacts and spent is not None else None
    return Parts(value, float(spent or 0), contacts, contacts)


COST_PER_LEAD = Kpi(
    "cost_per_lead",
    _("Cost per new contact"),
    _(
        "What measures cost in the period, per contact created in it whose first touch "
        "came by a measure."
    ),
    Group.COST,
    Owner.MARKETING,
    _Brought("contacts:list", Contact, ContactFilter, {}),
    CostPerContact(),
    unit="money",
    since="created_since",
    until="created_before",
    moment="created_at",
    more_is_better=False,
    lacks={
        "team": NO_TEAM,
        "phase": NO_PHASE,
        "rep": _("Measures bring contacts to all, not to one rep."),
    },
)
OF_COST = (COST_PER_LEAD,)
