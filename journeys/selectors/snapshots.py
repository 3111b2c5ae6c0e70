"""A plan as one document: what drafts are edited in and versions are kept as.

    {"name", "description", "segment": id, "goal", "ends_at_goal", "target_days",
     "phases": [{"key", "name", "stage", "team": id, "target_days", "outcome",
                 "entry_condition", "exit_condition", "exit_leads",
                 "measures": [{"key", "name", "direction", "channel", "team",
                               "url", "utm_campaign"}]}],
     "names": {"segments": {id: name}, "teams": {id: name}}}

Keys are the numbers of rows, as text, so that phases and measures stay who they are
whatever they are called; what a draft adds has a key of its own until it is published.
``names`` says what others were called, for when they are gone.
"""

from __future__ import annotations

import json
from hashlib import sha256
from secrets import token_hex
from typing import Any

from journeys.models import Journey, Measure, Phase
from journeys.plan_diff import JOURNEY, MEASURE, PHASE

PlanDocument = dict[str, Any]

# What stands there as it is; the segment and teams are named by their numbers.
OF_JOURNEY = tuple(name for name in JOURNEY if name != "segment")
OF_PHASE = tuple(name for name in PHASE if name != "team")
OF_MEASURE = tuple(name for name in MEASURE if name != "team")
NEW = "new-"
NOTHING: PlanDocument = {"phases": [], "names": {"segments": {}, "teams": {}}}
"""What there was before the first version."""


def plan_of(journey: Journey) -> PlanDocument:
    """The plan that contacts follow. Three queries."""
    phases = list(journey.phases.select_related("team").order_by("position"))
    measures: dict[int, list[dict[str, Any]]] = {phase.pk: [] for phase in phases}
    teams = {str(phase.team_id): phase.team.name for phase in phases if phase.team}
    rows = Measure.objects.filter(phase__in=phases, retired_at=None)
    for measure in rows.select_related("team").order_by("pk"):
        measures[measure.phase_id].append(measure_part(measure))
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
        },
    }


def phase_part(phase: Phase) -> dict[str, Any]:
    """A phase as it stands in the document, without its measures."""
    values = {name: getattr(phase, name) for name in OF_PHASE}
    return {"key": _key(phase), **values, "team": phase.team_id}


def measure_part(measure: Measure) -> dict[str, Any]:
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


def seen(part: Any) -> str:
    """Tells a part of the document from what it was: equal parts have equal marks."""
    text = json.dumps(part, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()[:16]
