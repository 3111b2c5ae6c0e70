"""``/api/v1/holidays/`` and ``promise-settings/``: what the promise clock goes by."""

from __future__ import annotations

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

from accounts.api.users import HoursField
from accounts.permissions import SAFE, scope
from accounts.related import Related
from journeys.models import Team
from leadhub.rest.fields import StrictFields, checked_body
from leadhub.rest.views import ApiViewSet, Creates, StrictQuery
from sales.models import Holiday, PromiseSettings
from sales.services.calendars import (
    MOST_MINUTES,
    add_holiday,
    delete_holiday,
    save_promise_settings,
)

HOLIDAY = {"date": "2026-12-25", "name": "Christmas Day", "team": None}
WEEK = {day: ["09:00", "17:00"] for day in ("mon", "tue", "wed", "thu", "fri")}
PROMISES = {
    "accept_minutes": 240,
    "fast_minutes": {"demo_request": 5},
    "touch_minutes": 480,
    "hours": WEEK,
    "timezone": "",
}


@extend_schema_serializer(
    examples=[
        OpenApiExample("Of all", value=HOLIDAY, request_only=True),
        OpenApiExample("Of all", value={"id": 3, **HOLIDAY}, response_only=True),
    ]
)
class HolidaySerializer(StrictFields, serializers.ModelSerializer):
    name = serializers.CharField(max_length=80)
    team = Related(
        Team, required=False, allow_null=True, help_text="Null: of the whole firm."
    )

    class Meta:
        model = Holiday
        fields = ("id", "date", "name", "team")
        # The verb says what is taken, as a conflict.
        validators = []


class HolidayViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    Creates,
    mixins.DestroyModelMixin,
    ApiViewSet,
):
    """Days on which nobody works: no minute of a promise passes."""

    token_scope = "handoffs"
    lookup_value_converter = "int"
    serializer_class = HolidaySerializer
    ordering = ("date", "id")
    orderings = {"id": "id", "date": "date"}

    def get_queryset(self) -> QuerySet[Holiday]:
        return scope(self.request.user, Holiday, self.action)

    def perform_create(self, serializer: HolidaySerializer) -> None:
        serializer.instance = add_holiday(**serializer.validated_data)

    def perform_destroy(self, instance: Holiday) -> None:
        delete_holiday(holiday=instance)


@extend_schema_serializer(examples=[OpenApiExample("As at first", value=PROMISES)])
class PromiseSettingsSerializer(StrictFields, serializers.Serializer):
    """In minutes of the rep's working time. Values are checked by the verb alone."""

    accept_minutes = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_MINUTES
    )
    fast_minutes = serializers.DictField(
        child=serializers.IntegerField(min_value=1, max_value=MOST_MINUTES),
        required=False,
        help_text="Kind of interaction -> minutes, where one has tipped it. Replaces "
        "all there are.",
    )
    touch_minutes = serializers.IntegerField(
        required=False, min_value=1, max_value=MOST_MINUTES
    )
    hours = HoursField(required=False)
    timezone = serializers.CharField(
        max_length=64,
        required=False,
        allow_blank=True,
        help_text="Empty: of the installation.",
    )


class PromiseSettingsView(StrictQuery):
    """What sales promises, and when the firm works."""

    token_scope = "handoffs"

    def get_queryset(self) -> QuerySet[PromiseSettings]:
        action = "read" if self.request.method in SAFE else "update"
        return scope(self.request.user, PromiseSettings, action)

    @extend_schema(operation_id="promise_settings", responses=PromiseSettingsSerializer)
    def get(self, request: Request) -> Response:
        """Read what is promised."""
        return self._answer(PromiseSettings.current())

    @extend_schema(
        operation_id="promise_settings_change",
        request=PromiseSettingsSerializer,
        responses=PromiseSettingsSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Change what is promised. Handoffs that are open keep their minutes."""
        asked = checked_body(PromiseSettingsSerializer, request)
        now = timezone.now()
        return self._answer(save_promise_settings(by=request.user, at=now, **asked))

    def _answer(self, promised: PromiseSettings) -> Response:
        return Response(PromiseSettingsSerializer(promised).data)
