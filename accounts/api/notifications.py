"""``/api/v1/notifications/``: the caller's inbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Notification, User
from accounts.permissions import scope
from accounts.related import Related
from accounts.services.answers import (
    finish_notification,
    read_notification,
    reopen_notification,
    unread_notification,
)
from accounts.services.assigning import assign_line, take_line_back
from accounts.services.snoozes import snooze_notification
from leadhub.errors import InvalidValue
from leadhub.rest.fields import StrictFields, checked_body, takes_no_body
from leadhub.rest.views import ApiViewSet

STATES = ("inbox", "snoozed", "done")


class NotificationSerializer(serializers.ModelSerializer):
    state = serializers.SerializerMethodField()
    subject = serializers.IntegerField(
        source="subject_id", help_text="The number of what it is about, by its kind."
    )
    detail = serializers.CharField()
    contact = serializers.IntegerField(source="contact_id", allow_null=True)
    given_by = serializers.IntegerField(
        source="given_by_id", allow_null=True, help_text="Who handed it over."
    )
    given_to = serializers.IntegerField(
        source="given_to_id", allow_null=True, help_text="To whom it was handed over."
    )
    snoozed_until = serializers.SerializerMethodField()
    waits_for = serializers.SerializerMethodField()

    class Meta:
        model = Notification
        fields = (
            "id",
            "kind",
            "state",
            "subject",
            "contact",
            "title",
            "subtitle",
            "detail",
            "url",
            "points",
            "threshold",
            "due_at",
            "created_at",
            "read_at",
            "done_at",
            "snoozed_until",
            "waits_for",
            "given_by",
            "given_to",
        )
        read_only_fields = fields

    @extend_schema_field({"type": "string", "enum": list(STATES)})
    def get_state(self, line: Notification) -> str:
        return line.state(at=self.context["now"])

    @extend_schema_field({"type": ["string", "null"], "format": "date-time"})
    def get_snoozed_until(self, line: Notification) -> Any:
        snoozed = line.state(at=self.context["now"]) == "snoozed"
        field = serializers.DateTimeField()
        return field.to_representation(line.surfaces_at) if snoozed else None

    @extend_schema_field(
        {"type": ["string", "null"], "enum": [*Notification.Event.values, None]}
    )
    def get_waits_for(self, line: Notification) -> str | None:
        """What brings it back before ``snoozed_until``."""
        snoozed = line.state(at=self.context["now"]) == "snoozed"
        return (line.waits_for or None) if snoozed else None


class SnoozeSerializer(StrictFields, serializers.Serializer):
    """One of both."""

    until = serializers.DateTimeField(required=False)
    event = serializers.ChoiceField(
        Notification.Event.choices,
        required=False,
        help_text="What brings it back, after 30 days at the latest: the contact replies,"
        " or the score as it is shown is another.",
    )


class AssignSerializer(StrictFields, serializers.Serializer):
    assignee = Related(User)


class NotificationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """What waits for the caller, newest first. Nothing is read by being listed."""

    token_scope = "notifications"
    lookup_value_converter = "int"
    serializer_class = NotificationSerializer
    query_parameters = {"list": ("state", "since")}

    @property
    def ordering(self) -> tuple[str, ...]:
        return ("-done_at",) if self._state() == "done" else ("-surfaces_at",)

    def get_serializer_context(self) -> dict[str, Any]:
        return super().get_serializer_context() | {"now": timezone.now()}

    def get_queryset(self) -> QuerySet[Notification]:
        return scope(self.request.user, Notification, self.action)

    def filter_queryset(self, queryset: Any) -> Any:
        if self.action != "list":
            return queryset
        state, since, now = self._state(), self._since(), timezone.now()
        if state == "done":
            done = queryset.done()
            return done.filter(done_at__gt=since) if since else done
        rows = queryset.snoozed if state == "snoozed" else queryset.in_inbox
        found = rows(at=now)
        return found.surfaced_since(since) if since else found

    @extend_schema(
        parameters=[
            OpenApiParameter("state", enum=STATES, default="inbox"),
            OpenApiParameter(
                "since",
                OpenApiTypes.DATETIME,
                description="Only what has come, or come back, after it.",
            ),
        ]
    )
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def read(self, request: Request, pk: int) -> Response:
        """Mark as opened."""
        takes_no_body(request)
        line = read_notification(notification=self.get_object(), at=timezone.now())
        return Response(self.get_serializer(line).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def unread(self, request: Request, pk: int) -> Response:
        """Mark as not opened."""
        takes_no_body(request)
        line = unread_notification(notification=self.get_object())
        return Response(self.get_serializer(line).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def done(self, request: Request, pk: int) -> Response:
        """Put it with what is done. Its subject is not changed by that."""
        takes_no_body(request)
        line = finish_notification(notification=self.get_object(), at=timezone.now())
        return Response(self.get_serializer(line).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: int) -> Response:
        """Put it back into the inbox."""
        takes_no_body(request)
        line = reopen_notification(notification=self.get_object(), at=timezone.now())
        return Response(self.get_serializer(line).data)

    @extend_schema(request=SnoozeSerializer)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: int) -> Response:
        """Hide it until a moment or an event.

        A handoff whose promise runs is back 15 minutes before that ends; after that it
        cannot be hidden: 409 with ``promise_ends``.
        """
        line = self.get_object()
        asked = checked_body(SnoozeSerializer, request)
        line = snooze_notification(notification=line, **asked, at=timezone.now())
        return Response(self.get_serializer(line).data)

    @extend_schema(request=AssignSerializer)
    @action(detail=True, methods=["post"])
    def assign(self, request: Request, pk: int) -> Response:
        """Hand it to a colleague who may work with its contact; here it is done then.

        An open lead and the tasks that it is about go with it.
        """
        line = self.get_object()
        context = self.get_serializer_context()
        asked = AssignSerializer(data=request.data, context=context)
        asked.is_valid(raise_exception=True)
        line = assign_line(
            notification=line,
            to=asked.validated_data["assignee"],
            by=request.user,
            at=timezone.now(),
        )
        return Response(self.get_serializer(line).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Request, pk: int) -> Response:
        """Undo that it was handed over, for ten minutes, unless it was answered."""
        takes_no_body(request)
        line = take_line_back(notification=self.get_object(), at=timezone.now())
        return Response(self.get_serializer(line).data)

    def _state(self) -> str:
        state = self.request.query_params.get("state", "inbox")
        if state not in STATES:
            raise InvalidValue(_("One of inbox, snoozed, done."), attr="state")
        return state

    def _since(self) -> datetime | None:
        text = self.request.query_params.get("since")
        if text is None:
            return None
        try:
            since = parse_datetime(text)
        except ValueError:
            since = None
        if since is None or timezone.is_naive(since):
            sentence = _("A moment with its zone, such as 2026-03-05T09:00:00Z.")
            raise InvalidValue(sentence, attr="since")
        return since
