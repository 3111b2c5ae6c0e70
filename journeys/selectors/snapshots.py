"""A plan as one document: what drafts are edited in and versions are kept as.

    {"name", "description", "segment": id, "goal", "ends_at_goal", "target_days",
     "phases": [{"key", "name", "stage", "team": id, "target_days", "outcome",
                 "entry_condition", "exit_condition", "exit_leads",
                 "measures": [{"key", "name", "direction", "channel", "team",
                               "url", "utm_campaign", "costs": [...],
                               "carriers": [{"kind", "id"}]}]}],
     "names": {"segments": {id: name}, "teams": {id: name},
               "carriers": {"kind:id": name}}}

Keys are the numbers of rows, as text, so that phases and measures stay who they are
whatever they are called; what a draft adds has a key of its own until it is published.
``names`` says what others were called, for when they are gone. ``costs``, see
``journeys.plan_costs``, are those that were not over yet. Documents from before there
were costs and carriers in them have neither; they say nothing of them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime
from hashlib import sha256
from secrets import token_hex
from typing import Any

from django.utils import timezone

from contacts.models import Segment
from journeys.models import Journey, Measure, MeasureCost, Phase, Team
from journeys.plan_costs import CostPart, cost_parts
from journeys.plan_diff import JOURNEY, MEASURE, PHASE
from journeys.selectors.carrying import carried, names_of

PlanDocument = dict[str, Any]

# What stands there as it is; the segment and teams are named by their numbers.
OF_JOURNEY = tuple(name for name in JOURNEY if name != "segment")
OF_PHASE = tuple(name for name in PHASE if name != "team")
OF_MEASURE = tuple(name for name in MEASURE if name != "team")
NEW = "new-"
NOTHING: PlanDocument = {
    "phases": [],
    "names": {"segments": {}, "teams": {}, "carriers": {}},
}
"""What there was before the first version."""


def plan_of(journey: Journey, *, at: datetime) -> PlanDocument:
    """The plan that contacts follow, with what it costs that is not over by ``at``.

    Four queries, and one for each kind of carrier.
    """
    phases = list(journey.phases.select_related("team").order_by("position"))
    measures: dict[int, list[dict[str, Any]]] = {phase.pk: [] for phase in phases}
    teams = {str(phase.team_id): phase.team.name for phase in phases if phase.team}
    rows = Measure.objects.filter(phase__in=phases, retired_at=None)
    found = list(rows.select_related("team").order_by("pk"))
    ids = [measure.pk for measure in found]
    costs, (carriers, carrier_names) = costs_from(ids, at=at), carried(ids)
    for measure in found:
        part = measure_part(measure)
        part |= {"costs": costs[measure.pk], "carriers": carriers[measure.pk]}
        measures[measure.phase_id].append(part)
        if measure.team:
            teams[str(measure.team_id)] = measure.team.name
    segment = journey.segment
    return {
        **{name: getattr(journey, name) for name in OF_JOURNEY},
        "segment": journey.segment_id,
        "phases": [
            {**phase_part(phase), "measures": measures[phase.pk]} for phase in phases
        ],
        "names": {
            "segments": {str(segment.pk): segment.name} if segment else {},
            "teams": teams,
            "carriers": carrier_names,
        },
    }


def costs_from(
    measure_ids: Collection[int], *, at: datetime
) -> dict[int, list[CostPart]]:
    """Measure id -> what it costs that is not over on the day of ``at``. One query."""
    day, rows = timezone.localdate(at), defaultdict(list)
    for cost in MeasureCost.objects.filter(measure__in=measure_ids):
        if not cost.is_over(day):
            rows[cost.measure_id].append(cost)
    return defaultdict(list, {pk: cost_parts(some) for pk, some in rows.items()})


def fill_in(plan: PlanDocument, *, at: datetime, costs_anew: bool = False) -> None:
    """Let a document from before say what its measures cost, and what carries them out.

    As it is now; with ``costs_anew`` also where it says what they cost.
    """
    known = plan["names"].setdefault("carriers", {})
    parts = [
        part
        for _within, part in measures_of(plan)
        if costs_anew or not {"costs", "carriers"} <= part.keys()
    ]
    if not parts:
        return
    ids = {int(part["key"]) for part in parts if part["key"].isdecimal()}
    costs, (carriers, names) = costs_from(ids, at=at), carried(ids)
    for part in parts:
        pk = int(part["key"]) if part["key"].isdecimal() else 0
        if costs_anew or "costs" not in part:
            part["costs"] = costs[pk]
        part.setdefault("carriers", carriers[pk])
    known.update(names)


def note_names(plan: PlanDocument) -> None:
    """Note what the segment, teams and carriers that it names are called now."""
    names, teams, carriers = plan["names"], set(), []
    for phase in plan["phases"]:
        teams |= {phase["team"], *(measure["team"] for measure in phase["measures"])}
    for _within, measure in measures_of(plan):
        carriers += measure["carriers"]
    for team in Team.objects.filter(pk__in=teams - {None}):
        names["teams"][str(team.pk)] = team.name
    for segment in Segment.objects.filter(pk=plan["segment"]):
        names["segments"][str(segment.pk)] = segment.name
    names["carriers"] |= names_of(carriers)


def phase_part(phase: Phase) -> dict[str, Any]:
    """A phase as it stands in the document, without its measures."""
    values = {name: getattr(phase, name) for name in OF_PHASE}
    return {"key": _key(phase), **values, "team": phase.team_id}


def measure_part(measure: Measure) -> dict[str, Any]:
    """A measure as it stands there, but for its costs and what carries it out."""
    values = {name: getattr(measure, name) for name in OF_MEASURE}
    return {"key": _key(measure), **values, "team": measure.team_id}


def _key(row: Phase | Measure) -> str:
    return str(row.pk) if row.pk else f"{NEW}{token_hex(6)}"


def phase_in(plan: PlanDocument, key: str) -> dict[str, Any] | None:
    found = (phase for phase in plan["phases"] if phase["key"] == key)
    return next(found, None)


def measure_in(
    plan: PlanDocument, key: str
) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """(phase, measure) of the key."""
    found = (
        (phase, measure)
        for phase in plan["phases"]
        for measure in phase["measures"]
        if measure["key"] == key
    )
    return next(found, None)


def parts_of(plan: PlanDocument) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """("phase" or "measure", path in the document, part), in the plan's order."""
    for number, phase in enumerate(plan["phases"]):
        where = f"plan.phases.{number}"
        yield "phase", where, phase
        for place, measure in enumerate(phase["measures"]):
            yield "measure", f"{where}.measures.{place}", measure


def measures_of(plan: PlanDocument) -> Iterator[tuple[str, dict[str, Any]]]:
    """(path in the document with a dot at its end, measure), in the plan's order."""
    return (
        (f"{where}.", part) for kind, where, part in parts_of(plan) if kind == "measure"
    )


def seen(part: Any) -> str:
    """Tells a part of the document from what it was: equal parts have equal marks."""
    text = json.dumps(part, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()[:16]
