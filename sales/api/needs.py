"""``/api/v1/deals/{deal}/answers/``: the needs analysis."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from leadhub.rest.fields import StrictFields, checked_body
from leadhub.rest.views import StrictQuery
from sales.models import Deal, Question
from sales.selectors.needs import needs_of
from sales.services.needs import answer_questions


@extend_schema_field({"type": ["string", "boolean", "null"]})
class ValueField(serializers.JSONField):
    """Text, a number as text, true or false; null: not answered."""


class AnsweredSerializer(serializers.Serializer):
    question = serializers.IntegerField(allow_null=True)
    text = serializers.CharField(help_text="As it read when it was answered.")
    kind = serializers.CharField(help_text=", ".join(Question.Kind.values))
    choices = serializers.ListField(child=serializers.CharField())
    required = serializers.BooleanField()
    value = ValueField(allow_null=True)
    at = serializers.DateTimeField(allow_null=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample("Two of them", value={"answers": {"3": "12.5", "4": True}})
    ]
)
class AnswersSerializer(StrictFields, serializers.Serializer):
    answers = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        help_text="Question's number -> value; null takes an answer back.",
    )

    def validate_answers(self, answers: dict[str, Any]) -> dict[int, Any]:
        wrong = [name for name in answers if not name.isdecimal() or len(name) > 18]
        if wrong:
            raise serializers.ValidationError(_("Name questions by their numbers."))
        return {int(name): value for name, value in answers.items()}


class DealAnswers(StrictQuery):
    """The needs analysis of a deal: the questions of its team, and what was said."""

    token_scope = "deals"

    @extend_schema(
        operation_id="deals_answers", responses=AnsweredSerializer(many=True)
    )
    def get(self, request: Request, deal: int) -> Response:
        """Read all questions, with their answers."""
        return self._all(get_object_or_404(scope(request.user, Deal, "read"), pk=deal))

    @extend_schema(
        operation_id="deals_answer",
        request=AnswersSerializer,
        responses=AnsweredSerializer(many=True),
    )
    def put(self, request: Request, deal: int) -> Response:
        """Keep answers to some of the questions; the others stay as they are."""
        rows = scope(request.user, Deal, "update")
        if rows.query.is_empty():
            raise PermissionDenied
        row = get_object_or_404(rows, pk=deal)
        asked = checked_body(AnswersSerializer, request)
        answer_questions(deal=row, by=request.user, at=timezone.now(), **asked)
        return self._all(row)

    def _all(self, deal: Deal) -> Response:
        lines = needs_of(deal)
        return Response(AnsweredSerializer(lines, many=True).data)
