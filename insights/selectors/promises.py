"""What both teams promised each other in a period, and what they kept."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from insights.kpis import handoffs
from insights.kpis.definitions import Owner, Scope

# What is promised, the KPI that counts it, and the list of what broke it.
PROMISES = (
    (_("Sales accepts the leads it is handed"), handoffs.ACCEPTED, "refused"),
    (_("Handoffs are accepted in time"), handoffs.ACCEPTED_IN_TIME, "late"),
    (
        _("First touch in time after accepting"),
        handoffs.TOUCHED_IN_TIME,
        "untouched",
    ),
)


@dataclass(frozen=True, slots=True)
class Promise:
    """How often a team kept it; both numbers link to their handoffs."""

    team: str
    label: str
    kept: int
    missed: int
    kept_url: str
    missed_url: str

    @property
    def share(self) -> float | None:
        """How many of 100."""
        judged = self.kept + self.missed
        return 100 * self.kept / judged if judged else None


def promises(scope: Scope) -> list[Promise]:
    """Of the handoffs offered in the period; what is not due yet is in neither."""
    found = []
    for label, kpi, broken in PROMISES:
        parts, query = kpi.parts(scope), kpi.list_query(scope)
        kept = int(parts.numerator or 0)
        found.append(
            Promise(
                team=str(Owner(kpi.owner).label),
                label=str(label),
                kept=kept,
                missed=int(parts.denominator or 0) - kept,
                kept_url=kpi.listing.url(kpi.list_query(scope, part=True)),
                missed_url=kpi.listing.url(query | {"answer": broken}),
            )
        )
    return found
