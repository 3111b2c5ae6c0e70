"""What leads cost."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from contacts.filters import ContactFilter
from contacts.models import Contact
from insights.kpis.contacts import NO_PHASE, NO_TEAM
from insights.kpis.definitions import Group, Kpi, Listing, Owner, Parts, Scope
from insights.kpis.ways import brought
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
        costs = measure_costs(scope.period.since, scope.period.until)
        counted = set(costs)
        if scope.journey is not None:
            theirs = Measure.objects.filter(phase__journey=scope.journey)
            counted &= set(theirs.values_list("pk", flat=True))
        if scope.measure is not None:
            counted &= {scope.measure.pk}
        spent = float(sum(costs[pk] for pk in counted))
        return _per_contact(spent, kpi.rows(scope).count(), is_known=bool(counted))

    def by_measure(self, kpi: Kpi, scope: Scope) -> Mapping[int, Parts]:
        costs = measure_costs(scope.period.since, scope.period.until)
        contacts = brought(kpi, scope)
        found = defaultdict(lambda: Parts(None, 0.0, 0, 0))
        for measure in contacts.keys() | costs.keys():
            found[measure] = _per_contact(
                float(costs.get(measure, 0)),
                contacts.get(measure, 0),
                is_known=measure in costs,
            )
        return found


def _per_contact(spent: float, contacts: int, *, is_known: bool) -> Parts:
    value = spent / contacts if contacts and is_known else None
    return Parts(value, spent, contacts, contacts)


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
    more_is_better=False,
    lacks={
        "team": NO_TEAM,
        "phase": NO_PHASE,
        "rep": _("Measures bring contacts to all, not to one rep."),
    },
)
OF_COST = (COST_PER_LEAD,)
