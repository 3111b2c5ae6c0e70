"""REST: the fields that a company adds to its contacts."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from contacts.api.companies import writable
from contacts.api.examples import CUSTOM_FIELD
from contacts.models.custom_field import CustomField
from contacts.services.custom_fields import (
    MAX_CHOICES,
    create_custom_field,
    delete_custom_field,
    update_custom_field,
)
from leadhub.rest.views import ApiViewSet


@extend_schema_serializer(
    examples=[
        OpenApiExample("Seats", value={"id": 3, **CUSTOM_FIELD}, response_only=True)
    ]
)
class CustomFieldSerializer(serializers.ModelSerializer):
    """Shapes answers. What comes in is checked by the verbs alone."""

    choices = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = CustomField
        fields = ["id", "key", "label", "type", "choices", "is_identifier"]


@extend_schema_serializer(
    component_name="CustomFieldValues",
    examples=[OpenApiExample("Seats", value=CUSTOM_FIELD, request_only=True)],
)
class CustomFieldValues(serializers.Serializer):
    """Describes bodies. They are checked by the verbs alone."""

    key = serializers.CharField(max_length=40, required=False)
    label = serializers.CharField(max_length=80, required=False)
    type = serializers.ChoiceField(CustomField.Type.choices, required=False)
    choices = serializers.ListField(
        child=serializers.CharField(max_length=80),
        max_length=MAX_CHOICES,
        required=False,
        help_text="For the type choice.",
    )
    is_identifier = serializers.BooleanField(
        required=False, help_text="No two contacts have the same value."
    )


class CustomFieldViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Fields of one's own. Contacts have their values under ``custom``."""

    token_scope = "fields"
    lookup_value_converter = "int"
    serializer_class = CustomFieldSerializer
    ordering = ("id",)
    orderings = {"id": "id", "key": "key", "label": "label"}

    def get_queryset(self) -> QuerySet[CustomField]:
        return scope(self.request.user, CustomField, self.action)

    @extend_schema(request=CustomFieldValues, responses={201: CustomFieldSerializer})
    def create(self, request: Request) -> Response:
        field = create_custom_field(
            data=writable(request, CustomFieldSerializer),
            by=request.user,
            at=timezone.now(),
        )
        return self.created(self.get_serializer(field).data)

    @extend_schema(request=CustomFieldValues)
    def partial_update(self, request: Request, pk: int) -> Response:
        field = self.get_object()
        field = update_custom_field(
            field=field,
            data=writable(request, CustomFieldSerializer, field),
            by=request.user,
            at=timezone.now(),
        )
        return Response(self.get_serializer(field).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        delete_custom_field(field=self.get_object(), by=request.user, at=timezone.now())
        return Response(status=204)
