"""``/api/v1/interactions/``: what happens, reported and read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from contacts.filters import MomentFilter, TextFilter
from journeys.api.interaction_shapes import (
    InteractionBatch,
    InteractionBatchAnswer,
    InteractionShape,
    InteractionValues,
)
from journeys.models import Interaction
from journeys.models.interaction import Channel
from journeys.reading import InvalidReport
from journeys.services.reports import take_reports
from leadhub.errors import DomainError, InvalidValue
from leadhub.rest.views import ApiViewSet

MAX_ITEMS = 5_000


class InteractionSerializer(InteractionShape):
    """Says what there is; reading and shaping is done on plain data, for speed."""

    def to_representation(self, row: Interaction) -> dict[str, Any]:
        return interaction_json(row)


def interaction_json(row: Interaction) -> dict[str, Any]:
    """Load ``contact`` with the rows, or each costs a query."""
    contact = row.contact
    return {
        "id": row.pk,
        "contact": {"id": contact.pk, "email": contact.email} if contact else None,
        "kind": row.kind,
        "occurred_at": row.occurred_at,
        "recorded_at": row.recorded_at,
        "channel": row.channel,
        "source": row.source,
        "event_id": row.event_id,
        "url": row.url,
        "title": row.title,
        "utm": row.utm,
        "value": None if row.value is None else str(row.value),
        "properties": row.properties,
        "measure": row.measure_id,
        "link": row.link_id,
        "by": row.by_id,
        "is_machine": row.is_machine,
        "machine_reason": row.machine_reason,
    }


class WholeNumberFilter(filters.NumberFilter):
    field_class = forms.IntegerField


class InteractionFilter(filters.FilterSet):
    contact = WholeNumberFilter(min_value=1, max_value=2**63 - 1)
    kind = TextFilter()
    channel = filters.ChoiceFilter(choices=Channel.choices)
    source = TextFilter()
    since = MomentFilter(field_name="occurred_at", lookup_expr="gte")
    until = MomentFilter(field_name="occurred_at", lookup_expr="lte")

    class Meta:
        model = Interaction
        fields = ()


class InteractionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """What happened between us and contacts. Appended, never edited."""

    token_scope = "interactions"
    lookup_value_converter = "uuid"
    serializer_class = InteractionSerializer
    filterset_class = InteractionFilter
    ordering = ("-occurred_at", "-id")
    orderings = {"occurred_at": "occurred_at"}

    def get_queryset(self) -> QuerySet[Interaction]:
        rows = scope(self.request.user, Interaction, self.action)
        return rows.select_related("contact")

    @extend_schema(
        request=InteractionValues,
        responses={201: InteractionSerializer, 200: InteractionSerializer},
    )
    def create(self, request: Request) -> Response:
        """Report one. A repeated (source, event_id) answers 200 with the first."""
        [outcome] = take_reports(
            items=[request.data],
            source=source_of(request),
            by=request.user,
            at=timezone.now(),
        )
        if outcome.errors:
            raise refusal_of(outcome.errors)
        answer = interaction_json(outcome.interaction)
        return self.created(answer) if outcome.is_new else Response(answer)

    @extend_schema(request=InteractionBatch, responses=InteractionBatchAnswer)
    @action(detail=False, methods=["post"])
    def batch(self, request: Request) -> Response:
        """Report up to 5,000. One bad item never fails the rest."""
        outcomes = take_reports(
            items=items_of(request.data),
            source=source_of(request),
            by=request.user,
            at=timezone.now(),
        )
        errors = [
            {"index": index, "errors": [error_json(error) for error in outcome.errors]}
            for index, outcome in enumerate(outcomes)
            if outcome.errors
        ]
        accepted = sum(outcome.is_new for outcome in outcomes)
        return Response(
            {
                "accepted": accepted,
                "duplicates": len(outcomes) - accepted - len(errors),
                "rejected": len(errors),
                "errors": errors,
            }
        )


def items_of(body: Any) -> list[Any]:
    """The items of a batch. Raises ``InvalidValue``."""
    if not isinstance(body, dict) or not isinstance(body.get("items"), list):
        raise InvalidValue(_("This must be a list."), attr="items")
    if unknown := sorted(set(body) - {"items"}):
        error = InvalidValue(_("There is no such field."), attr=unknown[0][:80])
        error.code = "unknown"
        raise error
    if len(body["items"]) > MAX_ITEMS:
        sentence = _("At most %(count)s items.") % {"count": MAX_ITEMS}
        raise InvalidValue(sentence, attr="items")
    return body["items"]


def refusal_of(errors: list[DomainError]) -> DomainError:
    """One error that stands for all of them."""
    faults = [error for error in errors if isinstance(error, InvalidValue)]
    return InvalidReport(faults) if len(faults) == len(errors) else errors[0]


def error_json(error: DomainError) -> dict[str, Any]:
    return {
        "code": error.code,
        "detail": str(error),
        "attr": getattr(error, "attr", None),
    }


def source_of(request: Request) -> str:
    """The token's name, or "browser"."""
    return getattr(request.auth, "name", "browser")
