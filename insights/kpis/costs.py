"""What leads cost."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from contacts.filters import ContactFilter
from contacts.models import Contact
from insights.kpis.contacts import NO_PHASE, NO_TEAM
from insights.kpis.definitions import Group, Kpi, Listing, Owner, Parts, Scope
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
        brought = kpi.rows(scope).count()
        value = spent / brought if brought and counted else None
        return Parts(value, spent, brought, brought)


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
