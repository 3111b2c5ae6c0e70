"""REST: segments."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from contacts.api.companies import writable
from contacts.api.examples import SEGMENT, TIMES
from contacts.models.segment import Segment
from contacts.services.segments import (
    create_segment,
    delete_segment,
    update_segment,
)
from leadhub.rest.views import ApiViewSet


@extend_schema_field({"type": "object", "description": "A condition about contacts."})
class ConditionField(serializers.JSONField):
    """A condition as JSON. The verb that stores it says what is wrong with it."""


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Of a condition", value={"id": 7, **SEGMENT, **TIMES}, response_only=True
        )
    ]
)
class SegmentSerializer(serializers.ModelSerializer):
    """Shapes answers. What comes in is checked by the verbs alone."""

    condition = ConditionField()

    class Meta:
        model = Segment
        fields = ["id", "name", "description", "condition", "created_at", "updated_at"]


@extend_schema_serializer(
    component_name="SegmentValues",
    examples=[OpenApiExample("Of a condition", value=SEGMENT, request_only=True)],
)
class SegmentValues(serializers.Serializer):
    """Describes bodies. They are checked by the verbs alone."""

    name = serializers.CharField(max_length=100, required=False)
    description = serializers.CharField(
        max_length=500, required=False, allow_blank=True
    )
    condition = ConditionField(required=False)


class SegmentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Contacts that satisfy a condition. Read them at ``contacts/?segment=<id>``."""

    token_scope = "segments"
    lookup_value_converter = "int"
    serializer_class = SegmentSerializer
    ordering = ("name", "id")
    orderings = {
        "id": "id",
        "name": "name",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }

    def get_queryset(self) -> QuerySet[Segment]:
        return scope(self.request.user, Segment, self.action)

    @extend_schema(request=SegmentValues, responses={201: SegmentSerializer})
    def create(self, request: Request) -> Response:
        segment = create_segment(
            data=writable(request, SegmentSerializer),
            by=request.user,
            at=timezone.now(),
        )
        return self.created(self.get_serializer(segment).data)

    @extend_schema(request=SegmentValues)
    def partial_update(self, request: Request, pk: int) -> Response:
        segment = self.get_object()
        segment = update_segment(
            segment=segment,
            data=writable(request, SegmentSerializer, segment),
            by=request.user,
            at=timezone.now(),
        )
        return Response(self.get_serializer(segment).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        delete_segment(segment=self.get_object(), by=request.user, at=timezone.now())
        return Response(status=204)
