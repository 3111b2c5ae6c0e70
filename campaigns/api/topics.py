"""``topics/`` and ``interest-settings/`` of the REST API."""

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
from campaigns.models import InterestSettings, Topic, TopicRule
from campaigns.services.topics import (
    HALF_LIVES,
    MOST_RULES,
    MOST_WEIGHT,
    delete_topic,
    save_interest_settings,
    save_topic,
)
from leadhub.rest.fields import StrictFields, checked_body
from leadhub.rest.views import KeptViewSet, StrictQuery

TOPIC = {"name": "Pumps", "addresses": ["/pumps"], "words": ["pump", "pumps"]}
SETTINGS = {"half_life_days": 30.0, "weights": {"page_view": 1.0, "demo_request": 8.0}}


class RuleTextsField(serializers.ListField):
    """The texts of a topic's rules of one kind."""

    child = serializers.CharField(max_length=200)

    def __init__(self, *, kind: TopicRule.Kind, **kwargs: Any) -> None:
        self.kind = kind
        super().__init__(required=False, max_length=MOST_RULES, **kwargs)

    def get_attribute(self, topic: Topic) -> list[str]:
        return sorted(rule.text for rule in topic.rules.all() if rule.kind == self.kind)


@extend_schema_serializer(
    examples=[
        OpenApiExample("Pumps", value=TOPIC, request_only=True),
        OpenApiExample(
            "Pumps", value={"id": 3, "slug": "pumps", **TOPIC}, response_only=True
        ),
    ]
)
class TopicSerializer(StrictFields, serializers.ModelSerializer):
    name = serializers.CharField(max_length=80)
    addresses = RuleTextsField(
        kind=TopicRule.Kind.ADDRESS,
        help_text="Parts of addresses: a page with one of them is about the topic.",
    )
    words = RuleTextsField(
        kind=TopicRule.Kind.WORD,
        help_text="Words of titles: a page with one of them is about the topic.",
    )

    class Meta:
        model = Topic
        fields = ("id", "slug", "name", "addresses", "words")
        read_only_fields = ("slug",)


class TopicViewSet(KeptViewSet):
    """What pages, contents and events are about. One that a condition names stays: 409.

    Conditions name it as ``interest.<slug>``. After a change of its rules everybody's
    interests are counted anew.
    """

    token_scope = "topics"
    serializer_class = TopicSerializer
    ordering = ("name", "id")
    orderings = {"id": "id", "name": "name"}

    def get_queryset(self) -> QuerySet[Topic]:
        rows = scope(self.request.user, Topic, self.action)
        return rows.prefetch_related("rules")

    def store(self, row: Topic, values: dict[str, Any]) -> Topic:
        by, now = self.request.user, timezone.now()
        shown = self.get_serializer(row).data if row.pk else {}
        before = {name: shown[name] for name in TOPIC if name in shown}
        topic = save_topic(topic=row, by=by, at=now, **before | values)
        return self.get_queryset().get(pk=topic.pk)

    def perform_destroy(self, instance: Topic) -> None:
        delete_topic(topic=instance)


@extend_schema_serializer(examples=[OpenApiExample("As at first", value=SETTINGS)])
class InterestSettingsSerializer(StrictFields, serializers.Serializer):
    half_life_days = serializers.FloatField(
        required=False, min_value=HALF_LIVES[0], max_value=HALF_LIVES[1]
    )
    weights = serializers.DictField(
        child=serializers.FloatField(min_value=0, max_value=MOST_WEIGHT),
        required=False,
        help_text="What an interaction of a kind adds when it happens. Kinds that are "
        "left out stay as they are.",
    )


class InterestSettingsView(StrictQuery):
    """How fast interests fade, and what each kind of interaction adds to them."""

    token_scope = "topics"

    def get_queryset(self) -> QuerySet[InterestSettings]:
        action = "read" if self.request.method in SAFE else "update"
        return scope(self.request.user, InterestSettings, action)

    @extend_schema(
        operation_id="interest_settings", responses=InterestSettingsSerializer
    )
    def get(self, request: Request) -> Response:
        """Read how interests are counted."""
        return self._answer(InterestSettings.current())

    @extend_schema(
        operation_id="interest_settings_change",
        request=InterestSettingsSerializer,
        responses=InterestSettingsSerializer,
    )
    def patch(self, request: Request) -> Response:
        """Change how interests are counted. All of them are counted anew."""
        asked = checked_body(InterestSettingsSerializer, request)
        current = InterestSettings.current()
        values = {"half_life_days": current.half_life_days, "weights": {}}
        return self._answer(
            save_interest_settings(
                **{**values, **asked},
                by=request.user,
                at=timezone.now(),
            )
        )

    def _answer(self, chosen: InterestSettings) -> Response:
        return Response(
            {
                "half_life_days": chosen.half_life_days,
                "weights": chosen.all_weights(),
            }
        )
