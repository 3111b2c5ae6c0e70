"""``webinars/`` of the REST API: webinars and other events, and who was there."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from accounts.related import Related
from campaigns.api.contents import TopicsField
from campaigns.models import Attendance, Event, MailTemplate
from campaigns.services.events import delete_event, save_event
from campaigns.services.reported_attendance import report_attendance
from journeys.api.interactions import error_json, items_of, source_of
from journeys.api.related import ChosenMeasure
from leadhub.rest.fields import StrictFields
from leadhub.rest.views import ApiViewSet, KeptViewSet


class WebinarSerializer(StrictFields, serializers.ModelSerializer):
    name = serializers.CharField(max_length=120)
    topics = TopicsField(required=False, max_length=20)
    measure = ChosenMeasure()
    mail_attended = Related(MailTemplate, required=False, allow_null=True)
    mail_missed = Related(MailTemplate, required=False, allow_null=True)
    registered = serializers.SerializerMethodField()
    attended = serializers.SerializerMethodField()

    class Meta:
        model = Event
        fields = (
            "id",
            "name",
            "kind",
            "starts_at",
            "topics",
            "measure",
            "mail_attended",
            "mail_missed",
            "registered",
            "attended",
            "created_at",
        )
        read_only_fields = ("created_at",)

    def get_registered(self, event: Event) -> int:
        return getattr(event, "registered", 0)

    def get_attended(self, event: Event) -> int:
        return getattr(event, "attended", 0)


class AttendanceSerializer(serializers.ModelSerializer):
    email = serializers.CharField(source="contact.email")

    class Meta:
        model = Attendance
        fields = (
            "id",
            "event",
            "contact",
            "email",
            "registered_at",
            "attended_at",
        )


class ReportedSerializer(serializers.Serializer):
    """Besides these, the fields of a contact, for addresses that nobody has yet."""

    email = serializers.CharField(max_length=254)
    attended = serializers.BooleanField(default=True)
    registered_at = serializers.DateTimeField(required=False)


class EventFilter(filters.FilterSet):
    class Meta:
        model = Event
        fields = ("kind", "measure")


class WebinarViewSet(KeptViewSet):
    """Webinars, fairs and other events. One with people cannot be deleted: 409."""

    token_scope = "webinars"
    serializer_class = WebinarSerializer
    filterset_class = EventFilter
    ordering = ("-starts_at", "-id")
    orderings = {"id": "id", "name": "name", "starts_at": "starts_at"}

    def get_queryset(self) -> QuerySet[Event]:
        rows = scope(self.request.user, Event, self.action)
        counts = {
            "registered": Count("attendances__registered_at"),
            "attended": Count("attendances__attended_at"),
        }
        return rows.annotate(**counts).prefetch_related("topics")

    def store(self, row: Event, values: dict[str, Any]) -> Event:
        by, now = self.request.user, timezone.now()
        event = save_event(event=row, by=by, at=now, **values)
        return self.get_queryset().get(pk=event.pk)

    def perform_destroy(self, instance: Event) -> None:
        delete_event(event=instance, by=self.request.user, at=timezone.now())

    @extend_schema(
        request=inline_serializer(
            "AttendanceBatch", {"items": ReportedSerializer(many=True)}
        ),
        responses=inline_serializer(
            "AttendanceBatchAnswer",
            {
                "people": serializers.IntegerField(),
                "registered": serializers.IntegerField(),
                "attended": serializers.IntegerField(),
                "rejected": serializers.IntegerField(),
                "errors": serializers.ListField(child=serializers.DictField()),
            },
        ),
    )
    @action(detail=True, methods=["post"], url_path="attendances")
    def report(self, request: Request, pk: int) -> Response:
        """Report up to 5,000 at once, as one batch. One bad item never fails the rest.

        Mails that follow go out when the scores of all of them are counted.
        """
        taken = report_attendance(
            event=self.get_object(),
            items=items_of(request.data),
            source=source_of(request),
            by=request.user,
            at=timezone.now(),
        )
        return Response(_answer(taken.batch, taken.errors))


class AttendanceFilter(filters.FilterSet):
    class Meta:
        model = Attendance
        fields = ("event", "contact")


class AttendanceViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Who registered for which event, and who attended it."""

    token_scope = "webinars"
    lookup_value_converter = "int"
    serializer_class = AttendanceSerializer
    filterset_class = AttendanceFilter
    ordering = ("-id",)
    orderings = {"id": "id"}

    def get_queryset(self) -> QuerySet[Attendance]:
        rows = scope(self.request.user, Attendance, self.action)
        return rows.select_related("contact")


def _answer(batch: Any, errors: Any) -> dict[str, Any]:
    return {
        "people": batch.people if batch else 0,
        "registered": batch.registered if batch else 0,
        "attended": batch.attended if batch else 0,
        "rejected": len(errors),
        "errors": [
            {"index": index, "errors": [error_json(error) for error in found]}
            for index, found in errors
        ],
    }
