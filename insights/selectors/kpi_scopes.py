"""Whose figures are closed by month: the house's, and those of one of anything."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import CharField, Exists, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat

from accounts.models import User
from contacts.models import Contact
from insights.kpis.definitions import DIMENSIONS, Kpi, Scope
from insights.kpis.registry import KPIS
from insights.models import KpiMonth
from insights.models.kpi import HOUSE
from insights.selectors.periods import Period
from journeys.models import Interaction, Journey, Measure, Phase, PhaseVisit, Team


def _closable(name: str) -> list[Kpi]:
    return [
        kpi
        for kpi in KPIS.values()
        if not kpi.is_of_now
        and name not in kpi.lacks
        and kpi.needs_phase is (name == "phase")
    ]


# Dimension, "" for the house -> the figures of it that have months to close.
CLOSABLE: Mapping[str, list[Kpi]] = {
    name: _closable(name) for name in (HOUSE, *DIMENSIONS)
}


@dataclass(frozen=True, slots=True)
class Whose:
    """The house, or a row of one dimension."""

    name: str = HOUSE
    row: Model | None = None
    # Before that there was nothing of theirs to count; None: that is not known.
    begun: datetime | None = None

    @property
    def key(self) -> str:
        return f"{self.name}:{self.row.pk}" if self.row else HOUSE

    @property
    def kpis(self) -> list[Kpi]:
        return CLOSABLE[self.name]

    def during(self, month: Period, *, at: datetime) -> Scope:
        narrowed = {self.name: self.row} if self.row else {}
        return Scope(month, at=at, **narrowed)


def scope_key(scope: Scope) -> str | None:
    """By which its months are kept; None: those of such a scope are not."""
    found = scope.dimensions
    if not found:
        return HOUSE
    if len(found) > 1:
        return None
    [(name, row)] = found.items()
    return f"{name}:{row.pk}"


def is_kept(kpi: Kpi, scope: Scope) -> bool:
    """Whether its months are closed for good: not for who sees a part of the rows."""
    if kpi.is_of_now or kpi.reason_against(scope) or scope_key(scope) is None:
        return False
    return sees_all(kpi, scope)


def sees_all(kpi: Kpi, scope: Scope) -> bool:
    """Whether all that it counts is seen by who looks.

    Contacts are by everybody, and what is theirs by a rep.
    """
    viewer = scope.viewer
    if viewer is None or viewer.sees_all_sales or kpi.listing.model is Contact:
        return True
    return scope.rep == viewer


def everybody() -> list[Whose]:
    """All of whom months are closed, the house first; five queries.

    Also those who are gone, as long as figures may have something of them: journeys
    that are switched off, measures that left the plan, reps who were shut out.
    """
    visits = PhaseVisit.objects.filter(phase__journey=OuterRef("pk"))
    journeys = Journey.objects.filter(Q(is_active=True) | Exists(visits))
    touches = Interaction.objects.filter(measure=OuterRef("pk"))
    first = touches.order_by("occurred_at").values("occurred_at")[:1]
    measures = Measure.objects.alias(touched=Exists(touches)).filter(touched=True)
    reps = reps_ever(User.objects.all())
    return [
        Whose(),
        *(Whose("journey", row) for row in journeys.order_by("pk")),
        *(Whose("team", row) for row in Team.objects.order_by("pk")),
        *(Whose("rep", row, row.date_joined) for row in reps.order_by("pk")),
        *(
            Whose("measure", row, row.first_at)
            for row in measures.annotate(first_at=first).order_by("pk")
        ),
        *(Whose("phase", row) for row in Phase.objects.order_by("pk")),
    ]


def reps_ever(users: QuerySet[User]) -> QuerySet[User]:
    """Those of ``users`` who sell, and those who did when a month was closed."""
    key = Concat(Value("rep:"), Cast(OuterRef("pk"), CharField()))
    closed = Exists(KpiMonth.objects.filter(scope=key))
    return users.filter(Q(pk__in=User.objects.reps().values("pk")) | closed)
