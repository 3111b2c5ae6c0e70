"""``/api/v1/questions/`` and ``deal-settings/``: what is laid down for deals."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import SAFE, scope
from accounts.related import Related
from contacts.text import PlainText
from journeys.models import Team
from leadhub.rest.fields import StrictFields
from leadhub.rest.views import KeptViewSet, StrictQuery, filled
from sales.models import Deal, DealSettings, Question
from sales.services.deal_settings import MOST_STAGES, save_deal_settings
from sales.services.needs import MOST_CHOICES, delete_question, save_question

QUESTION = {
    "text": "What do they use today?",
    "kind": "choice",
    "choices": ["Spreadsheets", "A CRM"],
    "team": None,
    "is_required": True,
    "is_active": True,
    "position": 1,
}
REASONS = [{"key": "price", "name": "Too expensive"}]
SETTINGS = {
    "stages": [
        {"key": "needs_analysis", "name": "Needs analysis", "probability": 20},
        {"key": "offer", "name": "Offer", "probability": 50},
    ],
    "tax_rate": "19.00",
    "valid_days": 30,
    "offer_footer": "Payable within 14 days.",
}
READ_ONLY = ("win_reasons", "loss_reasons")


@extend_schema_serializer(
    examples=[
        OpenApiExample("A choice", value=QUESTION, request_only=True),
        OpenApiExample("A choice", value={"id": 3, **QUESTION}, response_only=True),
    ]
)
class QuestionSerializer(StrictFields, serializers.ModelSerializer):
    text = serializers.CharField(max_length=300, validators=[PlainText(max_length=300)])
    team = Related(
        Team, required=False, allow_null=True, help_text="Null: all teams ask it."
    )
    choices = serializers.ListField(
        child=serializers.CharField(
            max_length=200, validators=[PlainText(max_length=200)]
        ),
        required=False,
        max_length=MOST_CHOICES,
    )

    class Meta:
        model = Question
        fields = ("id", *QUESTION)


class QuestionViewSet(KeptViewSet):
    """Questions of the needs analysis. What was answered stays as it read."""

    token_scope = "deals"
    serializer_class = QuestionSerializer
    ordering = ("position", "id")
    orderings = {"id": "id", "position": "position"}

    def get_queryset(self) -> QuerySet[Question]:
        return scope(self.request.user, Question, self.action)

    def store(self, row: Question, values: dict[str, Any]) -> Question:
        return save_question(question=filled(row, values))

    def perform_destroy(self, instance: Question) -> None:
        delete_question(question=instance)


class StageSerializer(StrictFields, serializers.Serializer):
    key = serializers.SlugField(
        max_length=40, required=False, help_text="Left out: a new stage."
    )
    name = serializers.CharField(max_length=60, validators=[PlainText(max_length=60)])
    probability = serializers.IntegerField(min_value=0, max_value=100)


class ReasonSerializer(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()


@extend_schema_serializer(
    examples=[
        OpenApiExample("Two stages", value=SETTINGS, request_only=True),
        OpenApiExample(
            "Two stages",
            value={**SETTINGS, **dict.fromkeys(READ_ONLY, REASONS)},
            response_only=True,
        ),
    ]
)
class DealSettingsSerializer(StrictFields, serializers.ModelSerializer):
    stages = StageSerializer(
        many=True,
        required=False,
        max_length=MOST_STAGES,
        source="all_stages",
        help_text="All of them, in order.",
    )
    offer_footer = serializers.CharField(
        max_length=2_000,
        required=False,
        allow_blank=True,
        validators=[PlainText(max_length=2_000, multiline=True)],
    )
    win_reasons = serializers.SerializerMethodField()
    loss_reasons = serializers.SerializerMethodField()

    class Meta:
        model = DealSettings
        fields = (*SETTINGS, *READ_ONLY)

    def get_win_reasons(self, chosen: DealSettings) -> list[dict[str, str]]:
        return _named(Deal.WinReason)

    def get_loss_reasons(self, chosen: DealSettings) -> list[dict[str, str]]:
        return _named(Deal.LossReason)


def _named(reasons: type) -> list[dict[str, str]]:
    return [{"key": reason.value, "name": str(reason.label)} for reason in reasons]


class DealSettingsView(StrictQuery):
    """Stages of deals, what offers begin with, and why deals are won and lost."""

    token_scope = "deals"

    def get_queryset(self) -> QuerySet[DealSettings]:
        action = "read" if self.request.method in SAFE else "update"
        return scope(self.request.user, DealSettings, action)

    @extend_schema(operation_id="deal_settings", responses=DealSettingsSerializer)
    def get(self, request: Request) -> Response:
        """Read what is laid down for deals."""
        return self._answer(DealSettings.current())

    @extend_schema(
        operation_id="deal_settings_change",
        request=DealSettingsSerializer,
        responses=DealSettingsSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Change it. A stage that open deals are in stays: 409."""
        current = DealSettings.current()
        asked = DealSettingsSerializer(current, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        stages = values.pop("all_stages", None)
        if stages is None:
            stages = [
                {"key": s.key, "name": str(s.name), "probability": s.probability}
                for s in current.all_stages()
            ]
        for name, value in values.items():
            setattr(current, name, value)
        return self._answer(
            save_deal_settings(
                chosen=current,
                stages=[{"key": "", **stage} for stage in stages],
                by=request.user,
                at=timezone.now(),
            )
        )

    def _answer(self, chosen: DealSettings) -> Response:
        return Response(DealSettingsSerializer(chosen).data)
