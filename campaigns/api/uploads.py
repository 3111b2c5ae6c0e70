"""``uploads/`` of the REST API: files for contents and images for pages."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import mixins, serializers
from rest_framework.parsers import MultiPartParser

from accounts.permissions import scope
from campaigns.models import Upload
from campaigns.services.uploads import store_upload
from leadhub.rest.fields import StrictFields
from leadhub.rest.views import ApiViewSet, Creates

GUIDE = {
    "id": 8,
    "name": "choosing-a-pump.pdf",
    "key": "3q9vKXm2tW8rYb1c",
    "type": "application/pdf",
    "size": 482113,
    "width": None,
    "height": None,
    "at": "2026-03-02T09:30:00+01:00",
    "by": 4,
}


@extend_schema_serializer(
    examples=[OpenApiExample("A guide", value=GUIDE, response_only=True)]
)
class UploadSerializer(StrictFields, serializers.ModelSerializer):
    file = serializers.FileField(write_only=True, help_text="At most 20 MB.")
    name = serializers.CharField(
        max_length=400, required=False, help_text="The file's own unless given."
    )
    type = serializers.CharField(source="media_type", read_only=True)

    class Meta:
        model = Upload
        fields = (
            "id",
            "key",
            "file",
            "name",
            "type",
            "size",
            "width",
            "height",
            "at",
            "by",
        )
        read_only_fields = ("key", "size", "width", "height", "at", "by")


class UploadViewSet(
    mixins.ListModelMixin, mixins.RetrieveModelMixin, Creates, ApiViewSet
):
    """Files, sent as ``multipart/form-data``; a content names one as its ``upload``.

    Its type is what is in it, whatever it is called.
    """

    token_scope = "contents"
    lookup_value_converter = "int"
    parser_classes = (MultiPartParser,)
    serializer_class = UploadSerializer
    ordering = ("-id",)
    orderings = {"id": "id", "name": "name", "size": "size"}

    def get_queryset(self) -> QuerySet[Upload]:
        return scope(self.request.user, Upload, self.action)

    def perform_create(self, serializer: UploadSerializer) -> None:
        values = serializer.validated_data
        serializer.instance = store_upload(
            file=values["file"],
            name=values.get("name") or values["file"].name,
            by=self.request.user,
            at=timezone.now(),
        )
