"""``/api/v1/webhooks/`` and ``/api/v1/webhook-deliveries/``."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import WebhookDelivery, WebhookEndpoint
from accounts.models.webhook import SUBSCRIBABLE
from accounts.permissions import scope
from accounts.services.webhooks import (
    change_webhook,
    create_webhook,
    delete_webhook,
    replay_delivery,
    rotate_secret,
    try_webhook,
)
from leadhub.rest.fields import StrictFields, takes_no_body
from leadhub.rest.views import ApiViewSet

WRITTEN = {
    "name": "Warehouse",
    "url": "https://hooks.example.com/leadhub",
    "events": ["contact.created", "handoff.accepted"],
}
READ = {
    "id": 3,
    **WRITTEN,
    "active": True,
    "stopped_because": "",
    "last_success_at": "2026-05-04T08:15:00Z",
    "last_failure_at": None,
    "failing_since": None,
    "created_at": "2026-05-01T09:00:00Z",
}
SECRET = {"secret": "whsec_" + "A" * 43 + "="}


@extend_schema_serializer(
    examples=[
        OpenApiExample("A webhook", READ, response_only=True),
        OpenApiExample("To set one up", WRITTEN, request_only=True),
    ]
)
class WebhookSerializer(StrictFields, serializers.ModelSerializer):
    """Shapes; addresses and events are checked by the verbs."""

    name = serializers.CharField(max_length=80)
    url = serializers.CharField(
        max_length=500,
        allow_blank=True,
        help_text="Empty: nothing is sent, what it asks for stands in the feed only.",
    )
    events = serializers.ListField(
        child=serializers.ChoiceField(choices=SUBSCRIBABLE), max_length=50
    )
    active = serializers.BooleanField(source="is_active", required=False)

    class Meta:
        model = WebhookEndpoint
        fields = (
            "id",
            "name",
            "url",
            "events",
            "active",
            "stopped_because",
            "last_success_at",
            "last_failure_at",
            "failing_since",
            "created_at",
        )
        read_only_fields = (
            "stopped_because",
            "last_success_at",
            "last_failure_at",
            "failing_since",
            "created_at",
        )
        validators = []

    def to_representation(self, endpoint: WebhookEndpoint) -> dict[str, Any]:
        """Administrators see all, everybody else what there is, by name."""
        shaped = super().to_representation(endpoint)
        if self.context["request"].user.is_administrator:
            return shaped
        return {name: shaped[name] for name in ("id", "name", "active")}


@extend_schema_serializer(
    examples=[OpenApiExample("Shown once", READ | SECRET, response_only=True)]
)
class WithSecretSerializer(WebhookSerializer):
    """What is shown once only."""

    secret = serializers.CharField(read_only=True)

    class Meta(WebhookSerializer.Meta):
        fields = (*WebhookSerializer.Meta.fields, "secret")


class WebhookViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Addresses that are told of events, signed by the Standard Webhooks specification.

    Others than administrators see names only.
    """

    token_scope = "webhooks"
    lookup_value_converter = "int"
    serializer_class = WebhookSerializer
    ordering = ("id",)
    orderings = {"id": "id", "name": "name"}

    def get_queryset(self) -> QuerySet[WebhookEndpoint]:
        return scope(self.request.user, WebhookEndpoint, self.action)

    @extend_schema(responses={201: WithSecretSerializer})
    def create(self, request: Request) -> Response:
        """Set one up. Its secret is in this answer and in no other."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values = dict(asked.validated_data)
        is_active = values.pop("is_active", True)
        endpoint, secret = create_webhook(
            **values, is_active=is_active, by=request.user, at=timezone.now()
        )
        return self.created(self._with_secret(endpoint, secret))

    def partial_update(self, request: Request, pk: int) -> Response:
        """Change it, or switch it off and on. Switched on, it gets what waits for it."""
        endpoint = self.get_object()
        asked = self.get_serializer(endpoint, data=request.data, partial=True)
        asked.is_valid(raise_exception=True)
        endpoint = change_webhook(endpoint=endpoint, values=asked.validated_data)
        return Response(self.get_serializer(endpoint).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        """Delete it with its deliveries."""
        delete_webhook(endpoint=self.get_object())
        return Response(status=204)

    @extend_schema(request=None, responses=WithSecretSerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: int) -> Response:
        """Give it another secret. For a day the former one signs too."""
        takes_no_body(request)
        endpoint, secret = rotate_secret(endpoint=self.get_object(), at=timezone.now())
        return Response(self._with_secret(endpoint, secret))

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: int) -> Response:
        """Tell it something that did not happen, as the event webhook.test."""
        takes_no_body(request)
        try_webhook(endpoint=self.get_object(), at=timezone.now())
        return Response(status=204)

    def _with_secret(self, endpoint: WebhookEndpoint, secret: str) -> dict[str, Any]:
        return {**self.get_serializer(endpoint).data, "secret": secret}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A delivery that is tried again",
            {
                "id": 17,
                "webhook": 3,
                "event": "0196a0c4-7d0e-7cc3-98c4-dc0c0c07398f",
                "type": "contact.created",
                "status": "waiting",
                "attempts": 1,
                "answer": "503",
                "due_at": "2026-05-04T08:20:11Z",
                "tried_at": "2026-05-04T08:15:05Z",
                "finished_at": None,
            },
            response_only=True,
        )
    ]
)
class DeliverySerializer(serializers.ModelSerializer):
    webhook = serializers.IntegerField(source="endpoint_id", read_only=True)
    event = serializers.UUIDField(source="event_id", read_only=True)
    type = serializers.CharField(source="event.type", read_only=True)

    class Meta:
        model = WebhookDelivery
        fields = (
            "id",
            "webhook",
            "event",
            "type",
            "status",
            "attempts",
            "answer",
            "due_at",
            "tried_at",
            "finished_at",
        )
        read_only_fields = fields


class DeliveryFilter(filters.FilterSet):
    webhook = filters.NumberFilter(field_name="endpoint", min_value=1)
    status = filters.ChoiceFilter(choices=WebhookDelivery.Status.choices)


class DeliveryViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """What webhooks were told or are still to be told, for 30 days. For administrators."""

    token_scope = "webhooks"
    lookup_value_converter = "int"
    serializer_class = DeliverySerializer
    filterset_class = DeliveryFilter
    ordering = ("-id",)
    orderings = {"id": "id"}

    def get_queryset(self) -> QuerySet[WebhookDelivery]:
        rows = scope(self.request.user, WebhookDelivery, self.action)
        return rows.select_related("event")

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def replay(self, request: Request, pk: int) -> Response:
        """Send it once more: the same bytes under the same id, with all its tries."""
        takes_no_body(request)
        replay_delivery(delivery=self.get_object(), at=timezone.now())
        return Response(self.get_serializer(self.get_object()).data)
