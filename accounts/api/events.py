"""``/api/v1/events/``: what webhooks are told, for those who would rather ask."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import mixins, serializers

from accounts.models import EventType, WebhookEvent
from accounts.permissions import scope
from leadhub.errors import InvalidValue
from leadhub.rest.views import ApiViewSet


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "A lead that sales has accepted",
            {
                "id": "0196a0c4-7d0e-7cc3-98c4-dc0c0c07398f",
                "type": "handoff.accepted",
                "timestamp": "2026-05-04T08:15:00+00:00",
                "sequence": 4,
                "data": {
                    "handoff": 12,
                    "assignee": 3,
                    "contact": 42,
                    "url": "https://leads.example.com/contacts/42/",
                },
            },
            response_only=True,
        )
    ]
)
class ToldEventSerializer(serializers.Serializer):
    """What a webhook is sent, and the id in its header."""

    id = serializers.UUIDField()
    type = serializers.ChoiceField(choices=EventType.choices)
    timestamp = serializers.DateTimeField()
    sequence = serializers.IntegerField(
        allow_null=True, help_text="Which of the events about this contact."
    )
    data = serializers.DictField()

    def to_representation(self, event: WebhookEvent) -> dict[str, Any]:
        told = json.loads(event.told)
        return {
            "id": str(event.pk),
            "type": told["type"],
            "timestamp": told["timestamp"],
            "sequence": event.sequence,
            "data": told["data"],
        }


class EventFilter(filters.FilterSet):
    after = filters.UUIDFilter(
        method="only_after", help_text="Those that came into the feed after this one."
    )
    type = filters.ChoiceFilter(choices=EventType.choices)
    contact = filters.NumberFilter(field_name="contact_id", min_value=1)

    def only_after(
        self, rows: QuerySet[WebhookEvent], name: str, event_id: UUID
    ) -> QuerySet[WebhookEvent]:
        places = scope(self.request.user, WebhookEvent, "list").in_feed()
        place = places.filter(pk=event_id).values_list("position", flat=True).first()
        if place is None:
            sentence = _("There is no such event, or it is older than 30 days.")
            raise InvalidValue(sentence, attr=name)
        return rows.filter(position__gt=place)


class EventViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """All that webhooks asked for in the last 30 days, oldest first. For administrators.

    What was read once stays where it is, and what is new comes behind it. Ask again with
    ``after``, the id of the last one you have.
    """

    token_scope = "webhooks"
    lookup_value_converter = "uuid"
    serializer_class = ToldEventSerializer
    filterset_class = EventFilter
    ordering = ("position",)
    orderings = {"position": "position"}
    never_null = ("position",)

    def get_queryset(self) -> QuerySet[WebhookEvent]:
        return scope(self.request.user, WebhookEvent, self.action).in_feed()
