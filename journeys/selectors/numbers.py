"""What phases and measures brought, for the pages that list them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from journeys.models import Interaction, Journey, JourneyGoal, Phase, PhaseVisit


@dataclass(frozen=True, slots=True)
class MeasureNumbers:
    """What people did through a measure, and how many of them are contacts."""

    interactions: int = 0
    contacts: int = 0


def contacts_in(phases: Iterable[Phase]) -> dict[int, int]:
    """How many contacts are in each phase now, in one query."""
    rows = PhaseVisit.objects.filter(phase__in=phases, left_at=None).order_by()
    found = dict(rows.values_list("phase").annotate(contacts=Count("pk")))
    return {phase.pk: found.get(phase.pk, 0) for phase in phases}


def measure_numbers(measure_ids: Collection[int]) -> dict[int, MeasureNumbers]:
    """Numbers by measure, machine traffic left out, in one query."""
    rows = (
        Interaction.objects.by_people()
        .filter(measure__in=measure_ids)
        .order_by()
        .values("measure")
        .annotate(interactions=Count("pk"), contacts=Count("contact", distinct=True))
    )
    found = {row.pop("measure"): MeasureNumbers(**row) for row in rows}
    return {pk: found.get(pk, MeasureNumbers()) for pk in measure_ids}


@dataclass(frozen=True, slots=True)
class GoalNumbers:
    """How many contacts have reached a journey's goal, ever and since a moment."""

    total: int = 0
    lately: int = 0


def goal_numbers(journey: Journey, *, since: datetime) -> GoalNumbers:
    return GoalNumbers(
        **JourneyGoal.objects.filter(journey=journey).aggregate(
            total=Count("pk"), lately=Count("pk", filter=Q(reached_at__gte=since))
        )
    )


def journeys_with_counts(journeys: QuerySet[Journey]) -> QuerySet[Journey]:
    """Adds ``phase_count`` and ``contact_count`` (who is in it now).

    Each by itself: stays that are over, most of them after years, are not gone through.
    """
    phases = Phase.objects.filter(journey=OuterRef("pk"))
    visits = PhaseVisit.objects.filter(phase__journey=OuterRef("pk"), left_at=None)
    return journeys.annotate(
        phase_count=_count_of(phases, "journey"),
        contact_count=_count_of(visits, "phase__journey"),
    )


def _count_of(rows: QuerySet, path: str) -> Coalesce:
    counted = rows.order_by().values(path).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)
