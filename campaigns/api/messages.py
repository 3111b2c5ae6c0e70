"""REST: mails to contacts, planned and sent."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from campaigns.mailing.copies import copy_of
from campaigns.models.message import Message, MessageEvent
from campaigns.services.deciding import decide_unknown
from campaigns.services.messages import cancel_message
from campaigns.wording import reason_text
from leadhub.rest.fields import StrictFields, checked_body
from leadhub.rest.views import ApiViewSet


class RecipientSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField(source="full_name")
    email = serializers.CharField()


class MessageSerializer(serializers.ModelSerializer):
    contact = RecipientSerializer()
    reason_text = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = (
            "id",
            "key",
            "contact",
            "purpose",
            "kind",
            "title",
            "template",
            "measure",
            "by",
            "state",
            "reason",
            "reason_text",
            "planned_at",
            "due_at",
            "expires_at",
            "transmitted_at",
            "attempts",
        )
        read_only_fields = fields

    @extend_schema_field(serializers.CharField())
    def get_reason_text(self, message: Message) -> str:
        return reason_text(message.reason, message.detail)


class EventSerializer(serializers.ModelSerializer):
    class Meta:
        model = MessageEvent
        fields = ("name", "at", "by", "code", "detail")
        read_only_fields = fields


class MessageDetailSerializer(MessageSerializer):
    events = serializers.SerializerMethodField()

    class Meta(MessageSerializer.Meta):
        fields = (*MessageSerializer.Meta.fields, "events")
        read_only_fields = fields

    @extend_schema_field(EventSerializer(many=True))
    def get_events(self, message: Message) -> list[dict[str, Any]]:
        rows = message.events.order_by("at", "pk")
        return EventSerializer(rows, many=True).data


class CopySerializer(serializers.Serializer):
    """The mail as it was handed over."""

    subject = serializers.CharField()
    preheader = serializers.CharField()
    recipient = serializers.CharField()
    headers = serializers.SerializerMethodField()
    text = serializers.CharField()
    html = serializers.CharField()

    @extend_schema_field({"type": "array", "items": {"type": "object"}})
    def get_headers(self, copy: Any) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in copy.headers]


class DecisionSerializer(StrictFields, serializers.Serializer):
    arrived = serializers.BooleanField(
        help_text="True: it arrived. False: send it once more."
    )


class MessageFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=Message.State.choices)
    kind = filters.ChoiceFilter(choices=Message.Kind.choices)
    purpose = filters.ChoiceFilter(choices=Message.Purpose.choices)

    class Meta:
        model = Message
        fields = ("state", "kind", "purpose", "contact", "template", "key")


class MessageViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Mails to contacts. They are planned by what sends them; people take them back,

    and decide about those of which nobody knows whether they arrived.
    """

    token_scope = "messages"
    lookup_value_converter = "int"
    filterset_class = MessageFilter
    ordering = ("-planned_at",)
    orderings = {"id": "id", "planned_at": "planned_at", "due_at": "due_at"}

    def get_serializer_class(self) -> type[serializers.ModelSerializer]:
        is_list = self.action == "list"
        return MessageSerializer if is_list else MessageDetailSerializer

    def get_queryset(self) -> QuerySet[Message]:
        action_name = "read" if self.action == "mail" else self.action
        rows = scope(self.request.user, Message, action_name)
        return rows.select_related("contact")

    @extend_schema(responses=CopySerializer)
    @action(detail=True)
    def mail(self, request: Request, pk: int) -> Response:
        """What the contact got, or would have got: both parts and the headers."""
        copy = copy_of(self.get_object())
        if copy is None:
            raise NotFound
        return Response(CopySerializer(copy).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: int) -> Response:
        """Take the mail back. 409 once it has left."""
        message = cancel_message(
            message=self.get_object(), by=request.user, at=timezone.now()
        )
        return Response(self.get_serializer(message).data)

    @extend_schema(request=DecisionSerializer)
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, pk: int) -> Response:
        """Say whether a mail of unknown end arrived, or is to be sent again."""
        message = self.get_object()
        asked = checked_body(DecisionSerializer, request)
        message = decide_unknown(
            message=message, by=request.user, at=timezone.now(), **asked
        )
        return Response(self.get_serializer(message).data)
