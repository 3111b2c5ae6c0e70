"""``landing-pages/`` of the REST API."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers

from accounts.permissions import scope
from accounts.related import Related
from campaigns.blocks import TYPES
from campaigns.models import Form, LandingPage
from campaigns.selectors.numbers import Numbers, numbers_of_pages
from campaigns.selectors.showing import blocks_to_edit
from campaigns.services.pages import delete_page, save_page
from leadhub.rest.fields import StrictFields
from leadhub.rest.views import KeptViewSet, ReadsFigures, filled

BLOCKS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "type": {"type": "string", "enum": list(TYPES)},
            "text": {"type": "string"},
            "items": {"type": "array", "items": {"type": "string"}},
            "image": {"type": "string", "description": "The key of an upload."},
            "alt": {"type": "string"},
            "who": {"type": "string"},
            "content": {"type": "string", "description": "The slug of a content."},
        },
        "required": ["type"],
    },
}
WRITTEN = {
    "title": "How good leads are found",
    "form": 3,
    "blocks": [
        {"type": "heading", "text": "What you get"},
        {"type": "list", "items": ["Twelve pages", "No slides"]},
        {"type": "form"},
    ],
    "is_published": False,
}


@extend_schema_field(BLOCKS)
class BlocksField(serializers.JSONField):
    """The verb that stores them says what is wrong with them."""


@extend_schema_serializer(
    examples=[OpenApiExample("A page with a form", value=WRITTEN, request_only=True)]
)
class PageSerializer(StrictFields, serializers.ModelSerializer):
    slug = serializers.CharField(max_length=60, required=False)
    title = serializers.CharField(max_length=120)
    blocks = BlocksField(required=False)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    form = Related(Form, required=False, allow_null=True)
    url = serializers.SerializerMethodField()
    numbers = serializers.SerializerMethodField()

    class Meta:
        model = LandingPage
        fields = (
            "id",
            "slug",
            "title",
            "lead",
            "blocks",
            "company",
            "about",
            "language",
            "form",
            "is_published",
            "url",
            "numbers",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("created_at", "updated_at")

    def to_representation(self, instance: LandingPage) -> dict[str, Any]:
        found = super().to_representation(instance)
        return {**found, "blocks": blocks_to_edit(instance)}

    def get_url(self, page: LandingPage) -> str:
        return page.public_url

    def get_numbers(self, page: LandingPage) -> dict[str, int]:
        numbers = self.context.get("numbers", {}).get(page.pk, Numbers())
        return {
            "visits": numbers.visits,
            "machine_visits": numbers.machine_visits,
            "sent": numbers.sent,
            "new_contacts": numbers.new_contacts,
            "machine_sent": numbers.machine_sent,
        }


class PageFilter(filters.FilterSet):
    class Meta:
        model = LandingPage
        fields = ("language", "form", "is_published")


class PageViewSet(ReadsFigures, KeptViewSet):
    """Public pages that are composed of blocks, with one form."""

    token_scope = "forms"
    serializer_class = PageSerializer
    filterset_class = PageFilter
    ordering = ("-id",)
    orderings = {"id": "id", "title": "title", "created_at": "created_at"}

    def get_queryset(self) -> QuerySet[LandingPage]:
        return scope(self.request.user, LandingPage, self.action)

    def figures_of(self, rows: list[LandingPage]) -> dict[str, Any]:
        return {"numbers": numbers_of_pages(rows)}

    def store(self, row: LandingPage, values: dict[str, Any]) -> LandingPage:
        page = filled(row, values)
        return save_page(page=page, by=self.request.user, at=timezone.now())

    def perform_destroy(self, instance: LandingPage) -> None:
        delete_page(page=instance)
