"""``/api/v1/kpis/``: the figures of the dashboard, by the same definitions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from insights.api.figures import (
    FIGURE,
    SCOPE_NAMES,
    SCOPE_PARAMETERS,
    FigureSerializer,
    scope_asked_for,
)
from insights.api.periods import PERIOD_PARAMETERS
from insights.kpis.definitions import Scope
from insights.selectors.asked_periods import PARAMETERS
from insights.selectors.distribution import histogram, new_contacts_by_channel
from insights.selectors.figure_pages import all_figures
from insights.selectors.funnel import Step, live_journeys, weakest
from insights.selectors.phase_figures import phase_steps
from journeys.models import Journey
from leadhub.rest.views import StrictQuery

WIDTH, BARS = 10, 14
EXAMPLE = {
    "since": "2026-02-03T09:00:00Z",
    "until": "2026-03-05T09:00:00Z",
    "figures": [FIGURE],
    "journey": {"id": 1, "name": "Business customers"},
    "phases": [
        {
            "id": 1,
            "name": "Awareness",
            "entered": 120,
            "moved_on": 48,
            "share": 40.0,
            "median_days": 6.5,
        },
        {
            "id": 2,
            "name": "Handoff",
            "entered": 48,
            "moved_on": 0,
            "share": 0.0,
            "median_days": None,
        },
    ],
    "weakest": 1,
    "new_contacts": {
        "weeks": ["2026-02-02", "2026-02-09"],
        "channels": {"social": [12, 9], "event": [0, 31]},
    },
    "scores": [{"from": 0, "to": 10, "contacts": 310}],
}


class StepSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    entered = serializers.IntegerField(help_text="Contacts in the period.")
    moved_on = serializers.IntegerField(help_text="Those of them who went further.")
    share = serializers.FloatField(allow_null=True, help_text="Of 100.")
    median_days = serializers.FloatField(
        allow_null=True,
        help_text="Kaplan-Meier median of their stay; null: half are still in it.",
    )


@extend_schema_serializer(examples=[OpenApiExample("A month", value=EXAMPLE)])
class KpiSerializer(serializers.Serializer):
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    figures = FigureSerializer(many=True)
    journey = inline_serializer(
        "KpiJourney",
        {"id": serializers.IntegerField(), "name": serializers.CharField()},
        allow_null=True,
    )
    phases = StepSerializer(many=True)
    weakest = serializers.IntegerField(
        allow_null=True, help_text="The phase from which the smallest share moved on."
    )
    new_contacts = inline_serializer(
        "KpiNewContacts",
        {
            "weeks": serializers.ListField(child=serializers.DateField()),
            "channels": serializers.DictField(
                child=serializers.ListField(child=serializers.IntegerField()),
                help_text="Channel of the first touch -> new contacts of each week.",
            ),
        },
    )
    scores = inline_serializer(
        "KpiScores",
        {
            "from": serializers.IntegerField(),
            "to": serializers.IntegerField(),
            "contacts": serializers.IntegerField(),
        },
        many=True,
    )


class KpiView(StrictQuery):
    """The figures of the dashboard and of the reports, by the same definitions."""

    token_scope = "kpis"
    query_parameters = (*PARAMETERS, *SCOPE_NAMES)

    @extend_schema(
        parameters=[*PERIOD_PARAMETERS, *SCOPE_PARAMETERS], responses=KpiSerializer
    )
    def get(self, request: Request) -> Response:
        """All figures, narrowed to what is asked for; channels and scores are of all.

        The phases are those of the journey, without one of that with most contacts.
        """
        scope = scope_asked_for(request)
        journeys = [] if scope.journey else live_journeys(request.user)
        journey = scope.journey or next(iter(journeys), None)
        return Response(_figures(scope) | _phases(journey, scope))


def _figures(scope: Scope) -> dict[str, Any]:
    weeks, channels = new_contacts_by_channel(scope.period)
    return {
        "since": scope.period.since,
        "until": scope.period.until,
        "figures": FigureSerializer(all_figures(scope), many=True).data,
        "new_contacts": {"weeks": weeks, "channels": channels},
        "scores": [
            {"from": place * WIDTH, "to": (place + 1) * WIDTH, "contacts": count}
            for place, count in enumerate(histogram(width=WIDTH, bars=BARS))
        ],
    }


def _phases(journey: Journey | None, scope: Scope) -> dict[str, Any]:
    steps = phase_steps(replace(scope, journey=journey)) if journey else []
    worst = weakest([step for step, _days in steps])
    return {
        "journey": {"id": journey.pk, "name": journey.name} if journey else None,
        "phases": [_step(step, days) for step, days in steps],
        "weakest": worst.phase.pk if worst else None,
    }


def _step(step: Step, days: float | None) -> dict[str, Any]:
    return {
        "id": step.phase.pk,
        "name": step.phase.name,
        "entered": step.entered,
        "moved_on": step.moved_on,
        "share": step.share,
        "median_days": days,
    }
