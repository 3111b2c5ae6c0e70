"""``/api/v1/kpis/<key>/months/``: a figure by month, as it was closed and as of now."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from insights.api.figures import SCOPE_NAMES, SCOPE_PARAMETERS, scope_asked_for
from insights.kpis.registry import KPIS, unit_of
from insights.selectors.kpi_months import MonthFigure, months_of
from leadhub.rest.views import StrictQuery

EXAMPLE = {
    "key": "new_contacts",
    "unit": "",
    "reason": "",
    "months": [
        {
            "month": "2026-09-01",
            "value": 41.0,
            "closed_at": "2026-10-04T00:00:12+02:00",
            "now": 43.0,
            "has_changed": True,
        },
        {
            "month": "2026-10-01",
            "value": 38.0,
            "closed_at": None,
            "now": None,
            "has_changed": False,
        },
    ],
}


class MonthSerializer(serializers.Serializer):
    month = serializers.DateField(help_text="Its first day.")
    value = serializers.FloatField(
        allow_null=True, help_text="As it was closed; of an open month as of now."
    )
    closed_at = serializers.DateTimeField(source="frozen_at", allow_null=True)
    now = serializers.FloatField(
        allow_null=True, help_text="Of a closed month: what a count of today gives."
    )
    has_changed = serializers.BooleanField(
        help_text="Facts of the month came, went or changed after it was closed."
    )


@extend_schema_serializer(examples=[OpenApiExample("New contacts", value=EXAMPLE)])
class KpiMonthsSerializer(serializers.Serializer):
    key = serializers.CharField()
    unit = serializers.CharField()
    reason = serializers.CharField(help_text="Why there are no months; else empty.")
    months = MonthSerializer(many=True)


class KpiMonthsView(StrictQuery):
    """The last twelve months of a figure, the running one last."""

    token_scope = "kpis"
    query_parameters = (*SCOPE_NAMES, "phase")

    @extend_schema(
        parameters=[
            *SCOPE_PARAMETERS,
            OpenApiParameter("phase", int, description="For figures of phases."),
        ],
        responses=KpiMonthsSerializer,
    )
    def get(self, request: Request, key: str) -> Response:
        kpi = KPIS.get(key)
        if kpi is None:
            raise Http404
        scope = scope_asked_for(request)
        months: list[MonthFigure] = months_of(kpi, scope)
        answer = {
            "key": kpi.key,
            "unit": unit_of(kpi),
            "reason": kpi.reason_against(scope),
            "months": months,
        }
        return Response(KpiMonthsSerializer(answer).data)
