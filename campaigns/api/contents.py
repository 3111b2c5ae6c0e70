"""``contents/`` and ``forms/`` of the REST API."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.permissions import scope
from accounts.related import Related
from campaigns.models import Content, Form, Upload
from campaigns.selectors.contents import (
    ContentNumbers,
    numbers_of_contents,
    where_offered,
)
from campaigns.selectors.numbers import Numbers, numbers_of_forms
from campaigns.services.contents import archive_content, save_content
from campaigns.services.pages import delete_form, save_form
from journeys.api.related import ChosenMeasure
from journeys.models import Phase
from leadhub.rest.fields import StrictFields
from leadhub.rest.views import KeptViewSet, ReadsFigures, filled

TOPICS = {"type": "array", "items": {"type": "string"}}
FIELDS = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "label": {"type": "string"},
            "required": {"type": "boolean"},
        },
    },
}


@extend_schema_field(TOPICS)
class TopicsField(serializers.ListField):
    """Slugs of topics; by names, too, when written."""

    child = serializers.CharField(max_length=80)

    def to_representation(self, topics: Any) -> list[str]:
        return sorted(topic.slug for topic in topics.all())


@extend_schema_field(FIELDS)
class FormFieldsField(serializers.JSONField):
    """The verb that stores them says what is wrong with them."""


class ContentSerializer(StrictFields, serializers.ModelSerializer):
    """Either a file, sent to ``uploads/`` before, or an address."""

    slug = serializers.CharField(max_length=60, required=False)
    title = serializers.CharField(max_length=120)
    url = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    topics = TopicsField(required=False, max_length=20)
    phases = Related(Phase, many=True, required=False)
    measure = ChosenMeasure()
    upload = Related(Upload, required=False, allow_null=True)
    file = serializers.SerializerMethodField()
    offered_at = serializers.SerializerMethodField()
    numbers = serializers.SerializerMethodField()

    class Meta:
        model = Content
        fields = (
            "id",
            "slug",
            "title",
            "description",
            "language",
            "url",
            "upload",
            "file",
            "topics",
            "phases",
            "measure",
            "offered_at",
            "numbers",
            "created_at",
            "updated_at",
            "archived_at",
        )
        read_only_fields = ("created_at", "updated_at", "archived_at")

    def get_file(self, content: Content) -> dict[str, Any] | None:
        upload = content.upload
        if upload is None:
            return None
        return {
            "name": upload.name,
            "type": upload.media_type,
            "size": upload.size,
        }

    def get_offered_at(self, content: Content) -> str | None:
        return self.context.get("offered", {}).get(content.pk)

    def get_numbers(self, content: Content) -> dict[str, int]:
        numbers = self.context.get("numbers", {}).get(content.pk, ContentNumbers())
        return {
            "visits": numbers.visits,
            "sent": numbers.sent,
            "confirmed": numbers.confirmed,
            "downloads": numbers.downloads,
            "machine_downloads": numbers.machine_downloads,
            "leads": numbers.leads,
            "handoffs": numbers.handoffs,
        }


class ContentFilter(filters.FilterSet):
    topic = filters.CharFilter(field_name="topics__slug")
    phase = filters.NumberFilter(field_name="phases")

    class Meta:
        model = Content
        fields = ("language", "measure")


class FormSerializer(StrictFields, serializers.ModelSerializer):
    slug = serializers.CharField(max_length=60, required=False)
    name = serializers.CharField(max_length=100)
    fields_ = FormFieldsField()
    button = serializers.CharField(max_length=60)
    thanks = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    language = serializers.ChoiceField(choices=settings.LANGUAGES, required=False)
    interaction_kind = serializers.CharField(max_length=40, required=False)
    asks_at_once = serializers.IntegerField(required=False, min_value=0, max_value=30)
    content = Related(Content, required=False, allow_null=True)
    url = serializers.SerializerMethodField()
    numbers = serializers.SerializerMethodField()

    class Meta:
        model = Form
        fields = (
            "id",
            "slug",
            "name",
            "fields_",
            "button",
            "thanks",
            "language",
            "interaction_kind",
            "asks_at_once",
            "content",
            "is_published",
            "url",
            "numbers",
            "created_at",
        )
        read_only_fields = ("created_at",)

    def get_fields(self) -> dict[str, serializers.Field]:
        """A serializer has ``fields`` of its own."""
        found = super().get_fields()
        return {name.rstrip("_"): field for name, field in found.items()}

    def get_url(self, form: Form) -> str:
        return form.public_url

    def get_numbers(self, form: Form) -> dict[str, int]:
        numbers = self.context.get("numbers", {}).get(form.pk, Numbers())
        return {
            "sent": numbers.sent,
            "new_contacts": numbers.new_contacts,
            "machine_sent": numbers.machine_sent,
        }


class FormFilter(filters.FilterSet):
    class Meta:
        model = Form
        fields = ("language", "content", "is_published")


class ContentViewSet(ReadsFigures, KeptViewSet):
    """Files and addresses that visitors trade their data for. DELETE puts one away."""

    token_scope = "contents"
    serializer_class = ContentSerializer
    filterset_class = ContentFilter
    ordering = ("-id",)
    orderings = {"id": "id", "title": "title", "updated_at": "updated_at"}

    def get_queryset(self) -> QuerySet[Content]:
        rows = scope(self.request.user, Content, self.action)
        rows = rows.in_use() if self.action == "list" else rows
        return rows.select_related("upload").prefetch_related("topics", "phases")

    def figures_of(self, rows: list[Content]) -> dict[str, Any]:
        return {"numbers": numbers_of_contents(rows), "offered": where_offered(rows)}

    def store(self, row: Content, values: dict[str, Any]) -> Content:
        by, now = self.request.user, timezone.now()
        return save_content(content=row, by=by, at=now, **values)

    def perform_destroy(self, instance: Content) -> None:
        archive_content(content=instance, by=self.request.user, at=timezone.now())


class FormViewSet(ReadsFigures, KeptViewSet):
    """Forms that visitors fill in."""

    token_scope = "forms"
    serializer_class = FormSerializer
    filterset_class = FormFilter
    ordering = ("-id",)
    orderings = {"id": "id", "name": "name", "created_at": "created_at"}

    def get_queryset(self) -> QuerySet[Form]:
        return scope(self.request.user, Form, self.action)

    def figures_of(self, rows: list[Form]) -> dict[str, Any]:
        return {"numbers": numbers_of_forms(rows)}

    def store(self, row: Form, values: dict[str, Any]) -> Form:
        form = filled(row, values)
        return save_form(form=form, by=self.request.user, at=timezone.now())

    def perform_destroy(self, instance: Form) -> None:
        delete_form(form=instance)
