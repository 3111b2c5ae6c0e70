"""``/api/v1/kpis/declines/``: why sales declined leads, and what had led to those."""

from __future__ import annotations

from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from insights.api.periods import PERIOD_PARAMETERS, period_asked_for
from insights.selectors.asked_periods import PARAMETERS
from insights.selectors.declines import CauseLine, declines
from leadhub.rest.views import StrictQuery
from sales.models import Handoff, HandoffCause

EXAMPLE = {
    "since": "2026-02-03T09:00:00Z",
    "until": "2026-03-05T09:00:00Z",
    "offered": 40,
    "declined": 9,
    "reasons": [{"reason": "not_ready", "label": "Not ready yet", "count": 5}],
    "causes": [
        {
            "kind": "rule",
            "name": "Downloaded a guide",
            "offered": 12,
            "declined": 6,
            "share": 50.0,
            "mostly": "Not ready yet",
        }
    ],
}


class DeclineReasonSerializer(serializers.Serializer):
    reason = serializers.ChoiceField(Handoff.Reason.choices, source="key")
    label = serializers.CharField()
    count = serializers.IntegerField()


class CauseSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(HandoffCause.Kind.choices)
    name = serializers.CharField(help_text="As it was called at the crossing.")
    offered = serializers.IntegerField(help_text="Handoffs that it led to.")
    declined = serializers.IntegerField(help_text="Those of them that sales declined.")
    share = serializers.SerializerMethodField(help_text="Of 100.")
    mostly = serializers.CharField(help_text="The reason given most often, or empty.")

    def get_share(self, line: CauseLine) -> float:
        return 100 * line.share


@extend_schema_serializer(examples=[OpenApiExample("A month", value=EXAMPLE)])
class DeclinesSerializer(serializers.Serializer):
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    offered = serializers.IntegerField()
    declined = serializers.IntegerField()
    reasons = DeclineReasonSerializer(many=True)
    causes = CauseSerializer(
        many=True, help_text="Of each kind the fifty with most declined handoffs."
    )


class DeclinesView(StrictQuery):
    """Of the handoffs offered in a period that one may see: which came back, and why."""

    token_scope = "kpis"
    query_parameters = PARAMETERS

    @extend_schema(
        parameters=PERIOD_PARAMETERS,
        responses=DeclinesSerializer,
    )
    def get(self, request: Request) -> Response:
        period = period_asked_for(request)
        found = declines(period, rows=scope(request.user, Handoff, "read"))
        answer = {
            "since": period.since,
            "until": period.until,
            "offered": found.offered,
            "declined": found.declined,
            "reasons": found.reasons,
            "causes": [line for lines in found.causes.values() for line in lines],
        }
        return Response(DeclinesSerializer(answer).data)
