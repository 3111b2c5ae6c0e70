"""What learning from outcomes looks like in the description of the API."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

BODY = {
    "outcome": {"field": "custom.converted", "op": "eq", "value": 1},
    "among": {"field": "tags", "op": "contains", "value": "fair 2025"},
    "fields": ["job_title", "source", "company.employees"],
}


@extend_schema_serializer(
    component_name="LearnValues",
    examples=[
        OpenApiExample("From a field", value=BODY, request_only=True),
        OpenApiExample(
            "From won deals", value={"outcome": "deal_won"}, request_only=True
        ),
    ],
)
class LearnValues(serializers.Serializer):
    """Describes bodies. They are checked by ``scoring.services.learning`` alone."""

    outcome = serializers.JSONField(
        help_text="A condition about the contact, or handoff_accepted or deal_won."
    )
    among = serializers.JSONField(
        required=False, help_text="The condition for whom to learn from; or everybody."
    )
    fields = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text='Fields to look at, and "did" for behavior before the outcome. Left '
        "out: all that tell what somebody is like.",
    )
    insist = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="Fields to use though they look like a consequence of the outcome.",
    )
