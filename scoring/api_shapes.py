"""What scoring models look like in the description of the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers

from scoring.models import Rule, ScoringModel
from scoring.services.validation import MAX_DAYS, MAX_POINTS, MAX_RULES

MODEL = {
    "name": "Standard",
    "journey": None,
    "threshold": 60.0,
    "rearm_below": None,
    "min_fit": 10.0,
    "min_engagement": None,
    "half_life_days": 30.0,
}
RULES: list[dict[str, Any]] = [
    {
        "dimension": "fit",
        "name": "Decides about marketing",
        "points": 20.0,
        "when": {"field": "job_title", "op": "contains", "value": "marketing"},
        "half_life_days": None,
        "max_per_day": None,
        "max_points": None,
        "disqualifies": False,
        "is_on": True,
    },
    {
        "dimension": "engagement",
        "name": "Looked at prices",
        "points": 10.0,
        "when": {
            "kind": ["page_view"],
            "where": [{"field": "url", "op": "contains", "value": "/pricing"}],
        },
        "half_life_days": 14.0,
        "max_per_day": 1,
        "max_points": 30.0,
        "disqualifies": False,
        "is_on": True,
    },
]
BODY = {**MODEL, "rules": RULES}
ANSWER = {
    "id": 1,
    **MODEL,
    "rules": [{"id": 11 + number, **rule} for number, rule in enumerate(RULES)],
    "is_active": False,
    "note": "",
    "created_at": "2026-03-02T09:30:00+01:00",
    "updated_at": "2026-03-05T14:12:07+01:00",
    "activated_at": None,
}
HALF_LIFE = "Left out: the model's. null: never fades."


@extend_schema_field(
    {
        "type": "object",
        "description": "Fit: a condition about the contact. Engagement: about the "
        "interaction, by kind and where.",
    }
)
class WhenField(serializers.JSONField):
    """The verb that stores it says what is wrong with it."""


class RuleSerializer(serializers.ModelSerializer):
    """Shapes answers. What comes in is checked by the verbs alone."""

    when = WhenField()
    half_life_days = serializers.FloatField(
        required=False, allow_null=True, help_text=HALF_LIFE
    )

    class Meta:
        model = Rule
        fields = (
            "id",
            "dimension",
            "name",
            "points",
            "when",
            "half_life_days",
            "max_per_day",
            "max_points",
            "disqualifies",
            "is_on",
        )

    def to_representation(self, rule: Rule) -> dict[str, Any]:
        shaped = super().to_representation(rule)
        if rule.uses_model_half_life:
            del shaped["half_life_days"]
        return shaped


@extend_schema_serializer(
    examples=[OpenApiExample("Two rules", value=ANSWER, response_only=True)]
)
class ScoringModelSerializer(serializers.ModelSerializer):
    rules = RuleSerializer(many=True, required=False)

    class Meta:
        model = ScoringModel
        fields = (
            "id",
            "name",
            "journey",
            "threshold",
            "rearm_below",
            "min_fit",
            "min_engagement",
            "half_life_days",
            "rules",
            "is_active",
            "note",
            "created_at",
            "updated_at",
            "activated_at",
        )
        read_only_fields = (
            "is_active",
            "note",
            "created_at",
            "updated_at",
            "activated_at",
        )


class Points(serializers.FloatField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=-MAX_POINTS, max_value=MAX_POINTS, **kwargs)


@extend_schema_serializer(component_name="RuleValues")
class RuleValues(serializers.Serializer):
    """Describes bodies. They are checked by ``scoring.services.validation`` alone."""

    dimension = serializers.ChoiceField(Rule.Dimension.choices)
    name = serializers.CharField(max_length=120)
    points = Points()
    when = WhenField()
    half_life_days = serializers.FloatField(
        required=False, allow_null=True, max_value=MAX_DAYS, help_text=HALF_LIFE
    )
    max_per_day = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, help_text="Engagement only."
    )
    max_points = serializers.FloatField(
        required=False, allow_null=True, max_value=MAX_POINTS, help_text="In all."
    )
    disqualifies = serializers.BooleanField(required=False)
    is_on = serializers.BooleanField(required=False)


@extend_schema_serializer(
    component_name="ScoringModelValues",
    examples=[OpenApiExample("Two rules", value=BODY, request_only=True)],
)
class ScoringModelValues(serializers.Serializer):
    """Describes bodies. They are checked by ``scoring.services.validation`` alone."""

    name = serializers.CharField(max_length=100, required=False)
    journey = serializers.IntegerField(
        required=False, allow_null=True, help_text="Left out or null: of all."
    )
    threshold = serializers.FloatField(required=False, max_value=MAX_POINTS)
    rearm_below = Points(required=False, allow_null=True)
    min_fit = Points(required=False, allow_null=True)
    min_engagement = Points(required=False, allow_null=True)
    half_life_days = serializers.FloatField(required=False, max_value=MAX_DAYS)
    rules = serializers.ListField(
        child=RuleValues(), max_length=MAX_RULES, required=False
    )


class OutcomeField(serializers.JSONField):
    """The name of an outcome, or a condition."""


@extend_schema_serializer(
    component_name="BacktestValues",
    examples=[
        OpenApiExample(
            "Last spring",
            value={
                "from": "2026-03-01",
                "to": "2026-05-31",
                "outcome": "deal_won",
                "horizon_days": 60,
                "capacity": 12,
            },
            request_only=True,
        )
    ],
)
class BacktestValues(serializers.Serializer):
    """Describes bodies. They are checked by ``scoring.services.backtests`` alone."""

    vars()["from"] = serializers.CharField(help_text="A day, or a moment.")
    to = serializers.CharField(help_text="The last day, or a moment.")
    outcome = extend_schema_field(
        {
            "type": ["string", "object"],
            "description": "handoff_accepted, deal_won, or a condition about the "
            "contact.",
        }
    )(OutcomeField)()
    horizon_days = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=730,
        default=30,
        help_text="An outcome counts that comes within so many days.",
    )
    capacity = serializers.FloatField(
        required=False, help_text="Handoffs a week that sales can take on."
    )
