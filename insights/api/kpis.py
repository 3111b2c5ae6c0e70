"""``/api/v1/kpis/``: the figures of the dashboard, by the same definitions."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from insights.api.periods import PERIOD_PARAMETERS, period_asked_for
from insights.kpis.definitions import Scope
from insights.kpis.registry import KPIS, figures
from insights.selectors.asked_periods import PARAMETERS
from insights.selectors.distribution import histogram, new_contacts_by_channel
from insights.selectors.funnel import Step, funnel, live_journeys, weakest
from insights.selectors.periods import Period
from journeys.models import Journey
from leadhub.errors import InvalidValue
from leadhub.rest.views import StrictQuery

WIDTH, BARS = 10, 14
EXAMPLE = {
    "since": "2026-02-03T09:00:00Z",
    "until": "2026-03-05T09:00:00Z",
    "figures": [
        {
            "key": "accepted",
            "label": "Handoffs accepted",
            "definition": "Of the handoffs offered in the period that were answered "
            "or expired.",
            "value": 78.3,
            "before": 71.4,
            "unit": "%",
        }
    ],
    "journey": {"id": 1, "name": "Business customers"},
    "phases": [
        {"id": 1, "name": "Awareness", "entered": 120, "moved_on": 48, "share": 40.0},
        {"id": 2, "name": "Handoff", "entered": 48, "moved_on": 0, "share": 0.0},
    ],
    "weakest": 1,
    "new_contacts": {
        "weeks": ["2026-02-02", "2026-02-09"],
        "channels": {"social": [12, 9], "event": [0, 31]},
    },
    "scores": [{"from": 0, "to": 10, "contacts": 310}],
}


class FigureSerializer(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()
    definition = serializers.CharField()
    value = serializers.FloatField(allow_null=True)
    before = serializers.FloatField(
        allow_null=True, help_text="In the period of the same kind before."
    )
    unit = serializers.CharField(
        help_text="'%', 'h', a currency, or empty for a number."
    )


class StepSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    entered = serializers.IntegerField(help_text="Contacts in the period.")
    moved_on = serializers.IntegerField(help_text="Those of them who went further.")
    share = serializers.FloatField(allow_null=True, help_text="Of 100.")


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
    """The figures of the dashboard, by the same definitions."""

    token_scope = "kpis"
    query_parameters = (*PARAMETERS, "journey")

    @extend_schema(
        parameters=[
            *PERIOD_PARAMETERS,
            OpenApiParameter(
                "journey",
                int,
                description="Whose phases; the one with most contacts unless told.",
            ),
        ],
        responses=KpiSerializer,
    )
    def get(self, request: Request) -> Response:
        period = period_asked_for(request)
        journey = self._journey(request)
        return Response(_figures(request, period) | _phases(journey, period))

    def _journey(self, request: Request) -> Journey | None:
        journeys = live_journeys(request.user)
        wanted = request.query_params.get("journey")
        if wanted is None:
            return journeys[0] if journeys else None
        for journey in journeys:
            if str(journey.pk) == wanted:
                return journey
        raise InvalidValue(_("There is no such journey."), attr="journey")


def _figures(request: Request, period: Period) -> dict[str, Any]:
    keys = [key for key, kpi in KPIS.items() if not kpi.needs_phase]
    weeks, channels = new_contacts_by_channel(period)
    return {
        "since": period.since,
        "until": period.until,
        "figures": [
            FigureSerializer(figure).data
            for figure in figures(keys, Scope(period, viewer=request.user))
        ],
        "new_contacts": {"weeks": weeks, "channels": channels},
        "scores": [
            {"from": place * WIDTH, "to": (place + 1) * WIDTH, "contacts": count}
            for place, count in enumerate(histogram(width=WIDTH, bars=BARS))
        ],
    }


def _phases(journey: Journey | None, period: Period) -> dict[str, Any]:
    steps = funnel(journey, period) if journey else []
    worst = weakest(steps)
    return {
        "journey": {"id": journey.pk, "name": journey.name} if journey else None,
        "phases": [_step(step) for step in steps],
        "weakest": worst.phase.pk if worst else None,
    }


def _step(step: Step) -> dict[str, Any]:
    return {
        "id": step.phase.pk,
        "name": step.phase.name,
        "entered": step.entered,
        "moved_on": step.moved_on,
        "share": step.share,
    }
