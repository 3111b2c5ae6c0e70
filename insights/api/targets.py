"""``/api/v1/kpi-targets/`` and ``figure-settings/``: what is laid down for figures."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import SAFE, scope
from accounts.related import Related
from insights.models import FigureSettings, KpiTarget
from insights.services.targets import save_figure_settings, set_target
from journeys.models import Journey, Team
from leadhub.rest.fields import StrictFields
from leadhub.rest.views import ApiViewSet, Creates, StrictQuery

TARGET = {
    "kpi": "accepted",
    "journey": None,
    "team": None,
    "value": 75.0,
    "valid_from": "2026-10-01",
}
SETTINGS = {"compares_reps": True, "freeze_after_days": 3}


@extend_schema_serializer(
    examples=[
        OpenApiExample("Acceptance", value=TARGET, request_only=True),
        OpenApiExample("Acceptance", value={"id": 5, **TARGET}, response_only=True),
    ]
)
class KpiTargetSerializer(StrictFields, serializers.Serializer):
    id = serializers.IntegerField(read_only=True)
    kpi = serializers.CharField(max_length=40, help_text="The key of a figure.")
    journey = Related(Journey, required=False, allow_null=True)
    team = Related(Team, required=False, allow_null=True)
    value = serializers.FloatField(
        allow_null=True,
        help_text="Of what adds up, for a month. Null: no target from then on.",
    )
    valid_from = serializers.DateField(help_text="Any day of its first month.")

    def to_representation(self, target: KpiTarget) -> dict[str, object]:
        name, _colon, number = target.scope.partition(":")
        return {
            "id": target.pk,
            "kpi": target.kpi,
            "journey": int(number) if name == "journey" else None,
            "team": int(number) if name == "team" else None,
            "value": target.value,
            "valid_from": date.isoformat(target.valid_from),
        }


class KpiTargetViewSet(mixins.ListModelMixin, Creates, ApiViewSet):
    """What figures should come to, from a month on. One that is posted again replaces."""

    token_scope = "kpis"
    serializer_class = KpiTargetSerializer
    ordering = ("-valid_from", "-id")
    orderings = {"id": "id", "valid_from": "valid_from"}
    http_method_names = ("get", "post", "head", "options")

    def get_queryset(self) -> QuerySet[KpiTarget]:
        return scope(self.request.user, KpiTarget, self.action)

    def create(self, request: Request) -> Response:
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        target = set_target(
            by=request.user, at=timezone.now(), **serializer.validated_data
        )
        return Response(self.get_serializer(target).data, status=201)


@extend_schema_serializer(examples=[OpenApiExample("As shipped", value=SETTINGS)])
class FigureSettingsSerializer(StrictFields, serializers.ModelSerializer):
    class Meta:
        model = FigureSettings
        fields = tuple(SETTINGS)


class FigureSettingsView(StrictQuery):
    """Whether figures of single reps are shown to others, and when months are closed."""

    token_scope = "kpis"

    def get_queryset(self) -> QuerySet[FigureSettings]:
        action = "read" if self.request.method in SAFE else "update"
        return scope(self.request.user, FigureSettings, action)

    @extend_schema(operation_id="figure_settings", responses=FigureSettingsSerializer)
    def get(self, request: Request) -> Response:
        """Read how figures are used."""
        return Response(FigureSettingsSerializer(FigureSettings.current()).data)

    @extend_schema(
        operation_id="figure_settings_change",
        request=FigureSettingsSerializer,
        responses=FigureSettingsSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Change it."""
        current = FigureSettings.current()
        asked = FigureSettingsSerializer(current, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        for name, value in asked.validated_data.items():
            setattr(current, name, value)
        chosen = save_figure_settings(
            chosen=current, by=request.user, at=timezone.now()
        )
        return Response(FigureSettingsSerializer(chosen).data)
