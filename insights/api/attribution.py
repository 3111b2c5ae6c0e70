"""``/api/v1/attribution/``: who earned which share of the conversions of a period."""

from __future__ import annotations

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from insights.api.periods import PERIOD_PARAMETERS, period_asked_for
from insights.attribution.catalog import MODELS
from insights.attribution.markov import TooManyStates
from insights.selectors.asked_periods import PARAMETERS as OF_PERIODS
from insights.selectors.attribution.asking import (
    MOST_DAYS,
    ORDERS,
    PARAMETERS,
    Unanswerable,
    asked,
    too_many,
)
from insights.selectors.attribution.conversions import CONVERSIONS
from insights.selectors.attribution.dimensions import DIMENSIONS
from insights.selectors.attribution.report import attribution
from leadhub.rest.views import StrictQuery

EXAMPLE = {
    "model": "linear",
    "conversion": "deal_won",
    "by": "channel",
    "since": "2026-02-03T23:00:00Z",
    "until": "2026-03-05T23:00:00Z",
    "window_days": 90,
    "conversions": 12,
    "value": 98400.0,
    "no_touch": {"conversions": 1, "value": 4200.0},
    "not_converted": None,
    "results": [
        {
            "key": "event",
            "label": "Event",
            "conversions": 5.25,
            "value": 51200.0,
            "cost": 9900.0,
            "cost_each": 1885.71,
            "back": 5.17,
        }
    ],
}


class CreditSerializer(serializers.Serializer):
    conversions = serializers.FloatField()
    value = serializers.FloatField(help_text="In the firm's currency.")


class AttributionLineSerializer(serializers.Serializer):
    key = serializers.CharField(
        help_text="A channel, the number of a measure or user, the slug of a content, or "
        "a campaign as `utm` has it."
    )
    label = serializers.CharField()
    conversions = serializers.FloatField(source="credit.conversions")
    value = serializers.FloatField(source="credit.value")
    cost = serializers.FloatField(
        allow_null=True, help_text="Of its measures; null where nobody can say."
    )
    cost_each = serializers.FloatField(
        allow_null=True, help_text="Per conversion that it earned."
    )
    back = serializers.FloatField(
        allow_null=True, help_text="Value for each unit of money that it cost."
    )


@extend_schema_serializer(examples=[OpenApiExample("Won deals", value=EXAMPLE)])
class AttributionSerializer(serializers.Serializer):
    model = serializers.ChoiceField(MODELS)
    conversion = serializers.ChoiceField(list(CONVERSIONS))
    by = serializers.ChoiceField(list(DIMENSIONS))
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    window_days = serializers.IntegerField()
    conversions = serializers.IntegerField(help_text="All of the period.")
    value = serializers.FloatField()
    no_touch = CreditSerializer(
        help_text="Conversions without a known touch; with the results all of them."
    )
    not_converted = serializers.IntegerField(
        allow_null=True,
        help_text="Contacts who were touched and did not convert; only `markov` counts "
        "them.",
    )
    results = AttributionLineSerializer(many=True)


class AttributionView(StrictQuery):
    """Of the conversions that one may see: who earned which share of them."""

    token_scope = "attribution"
    query_parameters = (*PARAMETERS, *OF_PERIODS)

    @extend_schema(
        parameters=[
            OpenApiParameter("model", str, enum=MODELS, default="linear"),
            OpenApiParameter(
                "conversion", str, enum=list(CONVERSIONS), default="handoff_accepted"
            ),
            OpenApiParameter("by", str, enum=list(DIMENSIONS), default="channel"),
            OpenApiParameter(
                "order",
                int,
                enum=ORDERS,
                default=1,
                description="How many touches the states of `markov` remember.",
            ),
            OpenApiParameter(
                "window",
                int,
                description="How many days back touches count, up to "
                f"{MOST_DAYS}; the installation's, 90 at first, unless told.",
            ),
            *PERIOD_PARAMETERS,
        ],
        responses=AttributionSerializer,
    )
    def get(self, request: Request) -> Response:
        wanted, period = asked(request.query_params), period_asked_for(request)
        found = attribution(
            period,
            rows=scope(request.user, CONVERSIONS[wanted.conversion].model, "read"),
            conversion=wanted.conversion,
            by=wanted.by,
            window_days=wanted.window_days,
            user=request.user,
        )
        try:
            lines = found.lines(wanted.model, order=wanted.order)
        except TooManyStates as error:
            raise Unanswerable(too_many(error), "order") from error
        is_markov = wanted.model == "markov"
        answer = {
            "model": wanted.model,
            "conversion": wanted.conversion,
            "by": wanted.by,
            "since": period.since,
            "until": period.until,
            "window_days": wanted.window_days,
            "conversions": len(found.walks),
            "value": found.total.value,
            "no_touch": found.unknown,
            "not_converted": found.others(wanted.order).walks if is_markov else None,
            "results": lines,
        }
        return Response(AttributionSerializer(answer).data)
