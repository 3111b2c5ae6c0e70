"""Rows that a body of the REST API may name."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework.serializers import PrimaryKeyRelatedField

from accounts.permissions import scope


@extend_schema_field(OpenApiTypes.INT)
class Related(PrimaryKeyRelatedField):
    """The number of a row of ``model`` that the caller may see; others do not exist."""

    def __init__(self, model: type[Model], **kwargs: Any) -> None:
        self.model = model
        super().__init__(**kwargs)

    def get_queryset(self) -> QuerySet:
        return scope(self.context["request"].user, self.model, "read")

    def to_internal_value(self, data: Any) -> Model:
        # The database would take 1.5 as 1.
        if isinstance(data, float):
            self.fail("incorrect_type", data_type="float")
        return super().to_internal_value(data)
