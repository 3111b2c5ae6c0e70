"""The figures of a journey's phases, for the pages and the API."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat

from insights.kpis.contacts import (
    ENTERED_PHASE,
    OF_PHASES,
    PHASE_CONVERSION,
    PHASE_DAYS,
)
from insights.kpis.definitions import Figure, Kpi, Parts, Scope
from insights.kpis.registry import figure
from insights.kpis.ways import share
from insights.models import KpiMonth
from insights.selectors.funnel import Step
from insights.selectors.passages import Moved, Passages
from insights.selectors.periods import Period
from insights.selectors.stays import Time, stays_of, times_in_phases
from journeys.models import Journey, Phase, PhaseVisit

NOBODY = Time(None, 0)


def phase_rows(scope: Scope) -> list[tuple[Phase, list[Figure]]]:
    """Each phase of the scope's journey with its figures; none without a journey."""
    if scope.journey is None or "team" in scope.dimensions:
        return []
    phases = list(scope.journey.phases.order_by("position", "pk"))
    parts = _parts(phases, scope)
    return [
        (
            phase,
            [
                figure(
                    kpi.key,
                    replace(scope, journey=None, phase=phase),
                    compares=False,
                    parts=parts[phase.pk][kpi.key],
                )
                for kpi in OF_PHASES
            ],
        )
        for phase in phases
    ]


def phase_steps(scope: Scope) -> list[tuple[Step, float | None]]:
    """Each phase of the scope's journey: who moved on, and the median days in it."""
    phases = list(scope.journey.phases.order_by("position", "pk"))
    parts = _parts(phases, scope)
    found = []
    for place, phase in enumerate(phases):
        moved = parts[phase.pk][PHASE_CONVERSION.key]
        step = Step(
            phase=phase,
            entered=int(moved.denominator or 0),
            moved_on=int(moved.numerator or 0),
            entered_before=0,
            moved_on_before=0,
            next=phases[place + 1] if place + 1 < len(phases) else None,
        )
        found.append((step, parts[phase.pk][PHASE_DAYS.key].value))
    return found


def ends_of(phases: Sequence[Phase]) -> set[int]:
    """Those from which nobody can move on: the last one, and where lost deals end."""
    order = [phase.pk for phase in phases if phase.outcome != Phase.Outcome.LOST]
    return {phase.pk for phase in phases} - set(order[:-1])


def phases_offered(scope: Scope) -> list[Phase]:
    """Of the live journeys, for the page of a figure that is counted by phase.

    Those that have left the plan come last, where there is something of them: a month
    that is closed, or a stay in the period.
    """
    key = Concat(Value("phase:"), Cast(OuterRef("pk"), CharField()))
    closed = Exists(KpiMonth.objects.filter(scope=key))
    period = scope.period
    stays = PhaseVisit.objects.filter(
        Q(left_at=None) | Q(left_at__gte=period.since),
        phase=OuterRef("pk"),
        entered_at__lt=period.until,
    )
    rows = Phase.ever.visible_to(scope.viewer, "read").filter(
        Q(retired_at=None) | closed | Exists(stays), journey__is_active=True
    )
    order = ("journey__name", "journey", F("retired_at").asc(nulls_first=True))
    return list(rows.select_related("journey").order_by(*order, "position", "pk"))


def _parts(phases: Sequence[Phase], scope: Scope) -> dict[int, dict[str, Parts]]:
    """Phase -> figure -> parts: of all phases at once if nothing else narrows them."""
    if scope.dimensions.keys() != {"journey"}:
        return {
            phase.pk: {
                kpi.key: kpi.parts(replace(scope, journey=None, phase=phase))
                for kpi in OF_PHASES
            }
            for phase in phases
        }
    return parts_of_phases(scope.journey, scope)


def parts_of_phases(journey: Journey, scope: Scope) -> dict[int, dict[str, Parts]]:
    """Phase of the journey -> figure -> parts, for the period of ``scope`` alone.

    What each would count from its list, in a few queries for all of them.
    """
    [moved] = Passages(journey).entered(scope.period)
    times = times_in_phases(stays_of(journey), scope.period, at=scope.at)
    return {
        phase.pk: {
            **_moved_parts(moved[phase.pk]),
            PHASE_DAYS.key: _time_parts(times.get(phase.pk, NOBODY)),
        }
        for phase in journey.phases.all()
    }


def is_followed(scope: Scope) -> bool:
    """Whether it is about a phase of the plan alone: those are counted beforehand."""
    return scope.dimensions.keys() == {"phase"} and scope.phase.retired_at is None


def parts_of_phase(
    kpi: Kpi, scope: Scope, periods: Sequence[Period]
) -> dict[date, Parts]:
    """First day -> parts of the scope's phase in each of the periods, by one figure."""
    phase = scope.phase
    if kpi is PHASE_DAYS:
        stays = stays_of(phase.journey).filter(phase=phase)
        return {
            period.first: _time_parts(
                times_in_phases(stays, period, at=scope.at).get(phase.pk, NOBODY)
            )
            for period in periods
        }
    of_all = Passages(phase.journey).entered(*periods)
    return {
        period.first: _moved_parts(moved[phase.pk])[kpi.key]
        for period, moved in zip(periods, of_all, strict=True)
    }


def _moved_parts(moved: Moved) -> dict[str, Parts]:
    contacts, moved_on = moved
    return {
        ENTERED_PHASE.key: Parts(contacts, n=contacts),
        PHASE_CONVERSION.key: share(moved_on, of=contacts),
    }


def _time_parts(time: Time) -> Parts:
    return Parts(time.median_days, n=time.stays)
