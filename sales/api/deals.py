"""``/api/v1/deals/``: what may become business. Stages and ends are actions."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.permissions import scope
from accounts.related import Related
from contacts.api.access import must_be_theirs
from contacts.models import Contact
from contacts.origin_filters import NumberFilter
from journeys.models import Team
from leadhub.errors import InvalidValue
from leadhub.rest.fields import StrictFields, checked_body, takes_no_body
from leadhub.rest.views import ApiViewSet, Creates
from sales.deal_filters import DealListFilter
from sales.models import Deal, Handoff
from sales.services.closing import lose_deal, reopen_deal, win_deal
from sales.services.deals import change_deal, move_deal, open_deal

DEAL = {
    "id": 12,
    "contact": 1207,
    "company": 88,
    "handoff": 41,
    "owner": 4,
    "team": None,
    "title": "Analytical Engines Ltd",
    "value": "12400.00",
    "stage": "offer",
    "stage_since": "2026-03-09T10:02:11+01:00",
    "expected_close_date": "2026-04-15",
    "next_step": "Send the offer",
    "next_step_date": "2026-03-12",
    "status": "open",
    "reason": "",
    "comment": "",
    "opened_at": "2026-03-05T15:40:00+01:00",
    "closed_at": None,
}
NEW = {"handoff": 41, "title": "Analytical Engines Ltd", "value": "12400.00"}


@extend_schema_serializer(
    examples=[
        OpenApiExample("Open", value=DEAL, response_only=True),
        OpenApiExample("From a handoff", value=NEW, request_only=True),
    ]
)
class DealSerializer(StrictFields, serializers.ModelSerializer):
    contact = Related(Contact, required=False, help_text="Or a handoff of theirs.")
    handoff = Related(Handoff, required=False, allow_null=True)
    owner = Related(User, required=False, allow_null=True)
    team = Related(Team, required=False, allow_null=True)
    stage = serializers.CharField(
        max_length=40, required=False, help_text="Of the stages that are laid down."
    )
    title = serializers.CharField(max_length=200, required=False)

    class Meta:
        model = Deal
        fields = tuple(DEAL)
        read_only_fields = (
            "company",
            "stage_since",
            "status",
            "reason",
            "comment",
            "opened_at",
            "closed_at",
        )
        # The verb returns the deal that a handoff has.
        extra_kwargs = {"value": {"required": False}}


@extend_schema_serializer(
    examples=[OpenApiExample("On", value={"stage": "negotiation"}, request_only=True)]
)
class MoveSerializer(StrictFields, serializers.Serializer):
    stage = serializers.CharField(max_length=40)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Won", value={"value": "11900.00", "reason": "fit"}, request_only=True
        )
    ]
)
class WinSerializer(StrictFields, serializers.Serializer):
    value = serializers.DecimalField(
        max_digits=14,
        decimal_places=2,
        default=None,
        allow_null=True,
        help_text="Left out: the deal's own.",
    )
    reason = serializers.CharField(
        max_length=12,
        default="",
        allow_blank=True,
        help_text=f"Empty, or one of {', '.join(Deal.WinReason.values)}.",
    )
    comment = serializers.CharField(max_length=5_000, default="", allow_blank=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Lost",
            value={"reason": "no_budget", "comment": "Frozen until autumn."},
            request_only=True,
        )
    ]
)
class LoseSerializer(StrictFields, serializers.Serializer):
    reason = serializers.CharField(
        max_length=12, help_text=", ".join(Deal.LossReason.values)
    )
    comment = serializers.CharField(max_length=5_000, default="", allow_blank=True)


class DealFilter(DealListFilter):
    """As the page's: what figures link to can be read here too."""

    stage = filters.CharFilter()
    owner = NumberFilter(field_name="owner")

    class Meta:
        model = Deal
        fields = ("contact", "company", "handoff")


class DealViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    Creates,
    mixins.UpdateModelMixin,
    ApiViewSet,
):
    """Opportunities, from a handoff that was accepted or opened by hand."""

    token_scope = "deals"
    lookup_value_converter = "int"
    http_method_names = ("get", "post", "patch", "head", "options")
    serializer_class = DealSerializer
    filterset_class = DealFilter
    ordering = ("-opened_at",)
    orderings = {
        "id": "id",
        "opened_at": "opened_at",
        "value": "value",
        "expected_close_date": "expected_close_date",
        "next_step_date": "next_step_date",
    }

    def get_queryset(self) -> QuerySet[Deal]:
        return scope(self.request.user, Deal, self.action)

    def perform_create(self, serializer: Any) -> None:
        values = dict(serializer.validated_data)
        handoff = values.pop("handoff", None)
        contact = values.pop("contact", None) or (handoff and handoff.contact)
        if contact is None:
            raise InvalidValue(_("Name a contact or a handoff."), attr="contact")
        user = self.request.user
        if handoff is None:
            must_be_theirs(contact, user)
        elif not scope(user, Handoff, "accept").filter(pk=handoff.pk).exists():
            raise InvalidValue(_("This handoff is a colleague's."), attr="handoff")
        serializer.instance = open_deal(
            contact=contact, handoff=handoff, by=user, at=timezone.now(), **values
        )

    def perform_update(self, serializer: Any) -> None:
        deal, values = serializer.instance, dict(serializer.validated_data)
        for name in ("contact", "handoff"):
            if name in values and values.pop(name) != getattr(deal, name):
                raise InvalidValue(_("This cannot be set."), attr=name)
        if "stage" in values and values.pop("stage") != deal.stage:
            raise InvalidValue(_("Deals are moved by an action."), attr="stage")
        serializer.instance = change_deal(
            deal=deal, data=values, by=self.request.user, at=timezone.now()
        )

    @extend_schema(request=MoveSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Move it to another stage."""
        deal, asked = self.get_object(), checked_body(MoveSerializer, request)
        return self._answer(move_deal(deal=deal, **asked, **self._acting()))

    @extend_schema(request=WinSerializer)
    @action(detail=True, methods=["post"])
    def win(self, request: Request, pk: str) -> Response:
        """Close it as won."""
        deal, asked = self.get_object(), checked_body(WinSerializer, request)
        return self._answer(win_deal(deal=deal, **asked, **self._acting()))

    @extend_schema(request=LoseSerializer)
    @action(detail=True, methods=["post"])
    def lose(self, request: Request, pk: str) -> Response:
        """Close it as lost, with the reason."""
        deal, asked = self.get_object(), checked_body(LoseSerializer, request)
        return self._answer(lose_deal(deal=deal, **asked, **self._acting()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Open a closed deal again."""
        takes_no_body(request)
        return self._answer(reopen_deal(deal=self.get_object(), **self._acting()))

    def _acting(self) -> dict[str, Any]:
        return {"by": self.request.user, "at": timezone.now()}

    def _answer(self, deal: Deal) -> Response:
        return Response(self.get_serializer(deal).data)
