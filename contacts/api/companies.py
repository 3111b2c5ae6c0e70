"""REST: companies."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from contacts.api.contact_shapes import Text
from contacts.api.examples import COMPANY, TIMES
from contacts.company_values import MAX_EMPLOYEES
from contacts.filters import CompanyFilter
from contacts.models.company import Company
from contacts.services.companies import create_company, delete_company, update_company
from leadhub.errors import InvalidValue
from leadhub.rest.fields import refuse_changes, refuse_unknown
from leadhub.rest.views import ApiViewSet


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Ada's", value={"id": 31, **COMPANY, **TIMES}, response_only=True
        )
    ]
)
class CompanySerializer(serializers.ModelSerializer):
    """Shapes answers. What comes in is checked by ``contacts.values`` alone."""

    class Meta:
        model = Company
        fields = [
            "id",
            "name",
            "domain",
            "industry",
            "employees",
            "country",
            "created_at",
            "updated_at",
        ]


@extend_schema_serializer(
    component_name="CompanyValues",
    examples=[OpenApiExample("Ada's", value=COMPANY, request_only=True)],
)
class CompanyValues(serializers.Serializer):
    """Describes bodies. They are checked by ``contacts.company_values`` alone."""

    name = Text(200)
    domain = Text(253)
    industry = Text(100)
    employees = serializers.IntegerField(
        required=False, allow_null=True, min_value=0, max_value=MAX_EMPLOYEES
    )
    country = Text(100)


class CompanyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Organizations of contacts."""

    token_scope = "companies"
    lookup_value_converter = "int"
    serializer_class = CompanySerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = CompanyFilter
    ordering = ("name_key", "id")
    orderings = {
        "id": "id",
        "name": "name_key",
        "created_at": "created_at",
        "updated_at": "updated_at",
    }

    def get_queryset(self) -> QuerySet[Company]:
        return scope(self.request.user, Company, self.action)

    @extend_schema(request=CompanyValues, responses={201: CompanySerializer})
    def create(self, request: Request) -> Response:
        company = create_company(
            data=writable(request, CompanySerializer),
            by=request.user,
            at=timezone.now(),
        )
        return self.created(self.get_serializer(company).data)

    @extend_schema(request=CompanyValues)
    def partial_update(self, request: Request, pk: int) -> Response:
        company = self.get_object()
        company = update_company(
            company=company,
            data=writable(request, CompanySerializer, company),
            by=request.user,
            at=timezone.now(),
        )
        return Response(self.get_serializer(company).data)

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: int) -> Response:
        delete_company(company=self.get_object(), by=request.user, at=timezone.now())
        return Response(status=204)


def writable(
    request: Request,
    answers: type[serializers.ModelSerializer],
    row: Model | None = None,
) -> dict[str, Any]:
    """What of the body is to be written.

    ``answers`` shapes what is read of the ``row`` to be changed. Raises
    ``InvalidValue``, ``ValidationError``.
    """
    if not isinstance(request.data, dict):
        raise InvalidValue(_("This must be an object."))
    read = answers(row)
    refuse_unknown(request.data, read.fields)
    read_only = {name for name, field in read.fields.items() if field.read_only}
    refuse_changes(request.data, read_only, read.data if row else {})
    return {k: v for k, v in request.data.items() if k not in read_only}
