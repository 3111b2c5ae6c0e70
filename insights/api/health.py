"""``/api/v1/journeys/{id}/health/``: what the pages Health and Flow say."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from insights.api.health_shapes import FindingSerializer, HealthSerializer
from insights.api.periods import PERIOD_PARAMETERS, period_asked_for
from insights.selectors.asked_periods import PARAMETERS
from insights.selectors.findings.ranking import findings
from insights.selectors.findings.record import Finding
from insights.selectors.findings.steps import weakest_finding
from insights.selectors.flow import MOST, Flow
from insights.selectors.health import Health, PhaseHealth, health
from insights.selectors.measure_effects import MeasureEffect
from insights.ways import Conformance
from journeys.models import Journey
from leadhub.rest.views import StrictQuery


class JourneyHealthView(StrictQuery):
    """The defined journey against what contacts do in it, as its page says it."""

    token_scope = "journeys"
    query_parameters = PARAMETERS

    @extend_schema(parameters=PERIOD_PARAMETERS, responses=HealthSerializer)
    def get(self, request: Request, pk: int) -> Response:
        journey = get_object_or_404(scope(request.user, Journey, "read"), pk=pk)
        period = period_asked_for(request)
        return Response(_answer(health(journey, period, at=timezone.now())))


def _answer(found: Health) -> dict[str, Any]:
    flow, weak = Flow(found), weakest_finding(found)
    return {
        "journey": {"id": found.journey.pk, "name": found.journey.name},
        "since": found.period.since,
        "until": found.period.until,
        "at": found.at,
        "contacts": found.contacts,
        "conformance": _conformance(found.conformance),
        "conformance_before": _conformance(found.conformance_before),
        "weakest": _finding(weak) if weak else None,
        "findings": [_finding(flaw) for flaw in findings(found)],
        "phases": [_phase(row) for row in found.phases],
        "measures": [_measure(effect) for effect in found.measures],
        "transitions": [
            {
                "from": move.source or None,
                "to": move.target,
                "kind": flow.kind(move.source, move.target),
                "moves": move.moves,
                "contacts": move.contacts,
            }
            for move in found.moves()
        ],
        "variants": [
            {
                "phases": variant.way,
                "contacts": variant.contacts,
                "share": 100 * variant.share,
                "fitness": variant.fitness,
            }
            for variant in found.variants()[:MOST]
        ],
    }


def _finding(flaw: Finding) -> dict[str, Any]:
    return FindingSerializer(flaw).data


def _conformance(found: Conformance) -> dict[str, Any]:
    return {
        "as_defined": found.as_defined,
        "share": None if found.share is None else 100 * found.share,
        "fitness": found.fitness,
    }


def _phase(row: PhaseHealth) -> dict[str, Any]:
    return {
        "id": row.phase.pk,
        "name": row.phase.name,
        "entered": row.step.entered,
        "moved_on": row.step.moved_on,
        "share": row.step.share,
        "share_before": row.step.share_before,
        "passed": row.skips.passed,
        "skipped": row.skips.skipped,
        "repeated": row.repeated,
        "in_it": row.standing.here,
        "over_target": row.standing.stalled,
        "target_days": row.phase.target_days,
        "median_days": row.median_days,
    }


def _measure(effect: MeasureEffect) -> dict[str, Any]:
    return {
        "id": effect.measure.pk,
        "name": effect.measure.name,
        "phase": effect.measure.phase_id,
        "interactions": effect.interactions,
        "contacts": effect.contacts,
        "moved_on": effect.moved_on,
        "cost": None if effect.cost is None else f"{effect.cost:.2f}",
    }
