"""``/api/v1/links/``: tracked links."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import mixins, serializers

from accounts.models import User
from accounts.permissions import scope
from accounts.related import Related
from contacts.models import Contact
from journeys.api.related import ChosenMeasure
from journeys.models import TrackedLink
from journeys.models.interaction import Channel
from journeys.selectors.links import Taken, taken_of
from journeys.services.links import create_link, delete_link, public_url, save_link
from leadhub.rest.fields import StrictFields
from leadhub.rest.views import ApiViewSet, Creates, ReadsFigures


@extend_schema_field({"type": "object", "description": "source, medium, campaign, ..."})
class UtmField(serializers.JSONField):
    """The verb that stores it says what is wrong with it."""


LINK = {
    "name": "Price list, fair",
    "target_url": "https://www.example.com/pricing",
    "channel": "event",
    "utm": {"source": "fair", "campaign": "fair-2026"},
    "measure": None,
    "contact": None,
    "rep": 4,
}


@extend_schema_serializer(
    examples=[
        OpenApiExample("For a fair", value=LINK, request_only=True),
        OpenApiExample(
            "For a fair",
            value={
                "id": 12,
                **LINK,
                "url": "https://leads.example.com/t/c/f2kQ81nVx0Zw",
                "people": 31,
                "machines": 6,
                "created_at": "2026-03-02T09:30:00+01:00",
            },
            response_only=True,
        ),
    ]
)
class LinkSerializer(StrictFields, serializers.ModelSerializer):
    url = serializers.SerializerMethodField()
    target_url = serializers.CharField(max_length=2000)
    utm = UtmField(required=False)
    measure = ChosenMeasure()
    contact = Related(Contact, required=False, allow_null=True)
    rep = Related(User, required=False, allow_null=True)
    people = serializers.SerializerMethodField()
    machines = serializers.SerializerMethodField()

    class Meta:
        model = TrackedLink
        fields = (
            "id",
            "name",
            "url",
            "target_url",
            "channel",
            "utm",
            "measure",
            "contact",
            "rep",
            "people",
            "machines",
            "created_at",
        )
        read_only_fields = ("created_at",)

    def get_url(self, link: TrackedLink) -> str:
        return public_url(link)

    def get_people(self, link: TrackedLink) -> int:
        return self._taken(link).people

    def get_machines(self, link: TrackedLink) -> int:
        return self._taken(link).machines

    def _taken(self, link: TrackedLink) -> Taken:
        return self.context.get("taken", {}).get(link.pk, Taken())


class LinkFilter(filters.FilterSet):
    channel = filters.ChoiceFilter(choices=Channel.choices)

    class Meta:
        model = TrackedLink
        fields = ("channel", "measure", "contact", "rep")


class LinkViewSet(
    ReadsFigures,
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    Creates,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    ApiViewSet,
):
    """Addresses of ours that count who takes them, and lead on."""

    token_scope = "links"
    lookup_value_converter = "int"
    serializer_class = LinkSerializer
    filterset_class = LinkFilter
    ordering = ("-id",)
    orderings = {"id": "id", "name": "name", "created_at": "created_at"}

    def get_queryset(self) -> QuerySet[TrackedLink]:
        rows = scope(self.request.user, TrackedLink, self.action)
        # Those without a target are the images of mails.
        return rows.exclude(target_url="")

    def figures_of(self, rows: list[TrackedLink]) -> dict[str, Any]:
        return {"taken": taken_of(rows)}

    def perform_create(self, serializer: LinkSerializer) -> None:
        values = serializer.validated_data
        serializer.instance = create_link(
            **values, by=self.request.user, at=timezone.now()
        )

    def perform_update(self, serializer: LinkSerializer) -> None:
        values = serializer.validated_data
        by, now = self.request.user, timezone.now()
        save_link(link=serializer.instance, by=by, at=now, **values)

    def perform_destroy(self, instance: TrackedLink) -> None:
        delete_link(link=instance, by=self.request.user, at=timezone.now())
