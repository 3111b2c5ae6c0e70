"""Making rows of the document of a plan: what publishing it does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from journeys.models import Journey, Measure, Phase, PhaseVisit, Team
from journeys.selectors.snapshots import (
    OF_JOURNEY,
    OF_MEASURE,
    OF_PHASE,
    PlanDocument,
)
from journeys.services.planned_carriers import apply_carriers
from journeys.services.planned_costs import apply_costs, end_costs
from journeys.services.visits import put_into, take_out
from leadhub.errors import DomainError

# Beyond the highest position: where phases wait while they change places.
ASIDE = 10_000
CHUNK = 500
OUT = "out"


class NameTaken(DomainError):
    code = "name_taken"


def apply_plan(
    journey: Journey,
    plan: PlanDocument,
    targets: dict[str, str],
    *,
    by: User,
    at: datetime,
) -> None:
    """Make rows of the document; what it lacks is retired, not deleted.

    ``targets``: key of a phase that goes -> that of the one its contacts go to, or
    ``OUT``. Raises ``NameTaken``.
    """
    for name in OF_JOURNEY:
        setattr(journey, name, plan[name])
    journey.segment_id = plan["segment"]
    journey.updated_at, journey.updated_by = at, by
    try:
        with transaction.atomic():
            journey.save()
    except IntegrityError as error:
        raise NameTaken(_("There is a journey of this name.")) from error
    rows = {str(phase.pk): phase for phase in Phase.ever.filter(journey=journey)}
    for key in targets:
        rows[key].retired_at, rows[key].outcome = at, ""
        rows[key].save(update_fields=["retired_at", "outcome"])
    _clear_the_way(journey)
    teams = set(Team.objects.values_list("pk", flat=True))
    for position, part in enumerate(plan["phases"], start=1):
        phase = rows.get(part["key"]) or Phase(journey=journey)
        for name in OF_PHASE:
            setattr(phase, name, part[name])
        phase.team_id = part["team"] if part["team"] in teams else None
        phase.position, phase.retired_at, phase.successor = position, None, None
        phase.save()
        rows[part["key"]] = phase
    _apply_measures(journey, plan, rows, teams, at=at)
    for key, to in targets.items():
        rows[key].successor = rows[to] if to != OUT else None
        rows[key].save(update_fields=["successor"])
        _move_contacts(rows[key], at=at)


def _clear_the_way(journey: Journey) -> None:
    """No two phases may share a name, position or outcome for a moment."""
    for phase in journey.phases.order_by("pk"):
        Phase.objects.filter(pk=phase.pk).update(
            position=F("position") + ASIDE, name=f"#{phase.pk}", outcome=""
        )


def _apply_measures(
    journey: Journey,
    plan: PlanDocument,
    phases: dict[str, Phase],
    teams: set[int],
    *,
    at: datetime,
) -> None:
    known = {str(m.pk): m for m in Measure.objects.filter(phase__journey=journey)}
    kept: dict[int, dict[str, Any]] = {}
    for part in plan["phases"]:
        for entry in part["measures"]:
            measure = known.get(entry["key"]) or Measure()
            for name in OF_MEASURE:
                setattr(measure, name, entry[name])
            measure.team_id = entry["team"] if entry["team"] in teams else None
            measure.phase, measure.retired_at = phases[part["key"]], None
            measure.save()
            kept[measure.pk] = entry
    rows = Measure.objects.filter(phase__journey=journey, retired_at=None)
    gone = list(rows.exclude(pk__in=kept).values_list("pk", flat=True))
    end_costs(gone, at=at)
    rows.filter(pk__in=gone).update(retired_at=at)
    apply_costs({pk: entry["costs"] for pk, entry in kept.items()}, at=at)
    apply_carriers({pk: entry["carriers"] for pk, entry in kept.items()})


def _move_contacts(phase: Phase, *, at: datetime) -> None:
    """All who are in a phase that goes: to where it leads, or out of the journey."""
    visits = PhaseVisit.objects.filter(phase=phase, left_at=None)
    ids = sorted(visits.values_list("contact_id", flat=True))
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        if phase.successor is None:
            take_out(contact_ids=some, at=at)
        else:
            moving = dict.fromkeys(some, phase.successor)
            put_into(moving, by=None, at=at, reason="new version")
