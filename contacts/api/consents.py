"""REST: permissions with their proof, and addresses that must not be written to."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from accounts.related import Related
from contacts.api.access import must_be_theirs
from contacts.filters import TextFilter
from contacts.models.consent import Consent
from contacts.models.contact import Contact
from contacts.models.touch import Suppression, SuppressionQuerySet
from contacts.services.consents import lift_suppression, suppress_address
from contacts.services.reported_consents import report_consent
from leadhub.errors import InvalidValue
from leadhub.rest.fields import StrictFields, checked_body
from leadhub.rest.views import ApiViewSet


class ConsentSerializer(StrictFields, serializers.ModelSerializer):
    contact = Related(Contact)
    text = serializers.CharField(
        write_only=True, default="", allow_blank=True, help_text="As it was shown."
    )
    how = serializers.CharField(
        write_only=True, help_text="Where it comes from: form, call, paper, ..."
    )

    class Meta:
        model = Consent
        fields = (
            "id",
            "contact",
            "purpose",
            "granted",
            "at",
            "source",
            "proof",
            "text",
            "how",
        )
        read_only_fields = ("at", "source", "proof")


class ConsentFilter(django_filters.FilterSet):
    class Meta:
        model = Consent
        fields = ("contact", "purpose", "granted")


class ConsentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """What contacts permitted and withdrew. Appended; the latest of a purpose counts."""

    token_scope = "consents"
    lookup_value_converter = "int"
    serializer_class = ConsentSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = ConsentFilter
    ordering = ("-at", "-id")
    orderings = {"id": "id", "at": "at"}

    def get_queryset(self) -> QuerySet[Consent]:
        return scope(self.request.user, Consent, self.action)

    def create(self, request: Request) -> Response:
        """201; or 200 with the latest if that is what it says already."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values: dict[str, Any] = dict(asked.validated_data)
        must_be_theirs(values["contact"], request.user)
        consent, is_new = report_consent(
            **values,
            by=request.user,
            source=getattr(request.auth, "name", "browser"),
            at=timezone.now(),
        )
        location = request.build_absolute_uri(f"{request.path}{consent.pk}/")
        return Response(
            self.get_serializer(consent).data,
            status=201 if is_new else 200,
            headers={"Location": location} if is_new else {},
        )


class SuppressionSerializer(StrictFields, serializers.ModelSerializer):
    address = serializers.EmailField(max_length=254, write_only=True)

    class Meta:
        model = Suppression
        fields = (
            "id",
            "address",
            "contact",
            "reason",
            "at",
            "until",
            "source",
            "detail",
            "by",
            "lifted_at",
            "lifted_by",
            "lift_reason",
        )
        read_only_fields = (
            "contact",
            "reason",
            "at",
            "source",
            "by",
            "lifted_at",
            "lifted_by",
            "lift_reason",
        )


class LiftSerializer(StrictFields, serializers.Serializer):
    reason = serializers.CharField(max_length=300)


class SuppressionFilter(django_filters.FilterSet):
    address = TextFilter(method="of_address")
    in_force = django_filters.BooleanFilter(method="that_hold")

    class Meta:
        model = Suppression
        fields = ("reason", "contact")

    def of_address(
        self, rows: SuppressionQuerySet, name: str, value: str
    ) -> SuppressionQuerySet:
        return rows.of_address(value)

    def that_hold(
        self, rows: SuppressionQuerySet, name: str, value: bool
    ) -> SuppressionQuerySet:
        holding = rows.in_force(at=timezone.now())
        return holding if value else rows.exclude(pk__in=holding.values("pk"))


class SuppressionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Addresses that get no mail. Kept as digests: ask for one by ``?address=``."""

    token_scope = "consents"
    lookup_value_converter = "int"
    serializer_class = SuppressionSerializer
    filter_backends = [DjangoFilterBackend]
    filterset_class = SuppressionFilter
    ordering = ("-at", "-id")
    orderings = {"id": "id", "at": "at"}

    def get_queryset(self) -> QuerySet[Suppression]:
        return scope(self.request.user, Suppression, self.action)

    def create(self, request: Request) -> Response:
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        values, now = asked.validated_data, timezone.now()
        if (until := values.get("until")) and until <= now:
            raise InvalidValue(_("This is over already."), attr="until")
        row = suppress_address(
            **values,
            reason=Suppression.Reason.BY_HAND,
            source=getattr(request.auth, "name", "browser"),
            by=request.user,
            at=now,
        )
        location = request.build_absolute_uri(f"{request.path}{row.pk}/")
        return Response(
            self.get_serializer(row).data, status=201, headers={"Location": location}
        )

    @extend_schema(request=LiftSerializer)
    @action(detail=True, methods=["post"])
    def lift(self, request: Request, pk: int) -> Response:
        """Let the address be written to again, as far as this row forbade it."""
        row = self.get_object()
        asked = checked_body(LiftSerializer, request)
        row = lift_suppression(
            suppression=row,
            by=request.user,
            reason=asked["reason"],
            at=timezone.now(),
        )
        return Response(self.get_serializer(row).data)
