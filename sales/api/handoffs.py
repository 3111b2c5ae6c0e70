"""``/api/v1/handoffs/``: nouns are routes, answers are actions."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.permissions import scope
from journeys.models import Phase
from leadhub.errors import InvalidValue
from leadhub.rest.fields import StrictFields, checked_body, takes_no_body
from leadhub.rest.views import ApiViewSet
from sales.handoff_filters import HandoffListFilter
from sales.models import Handoff
from sales.selectors.handoffs import because_of
from sales.services.handoffs import accept_handoff, decline_handoff, reassign_handoff
from sales.services.rating import BEST, WORST, rate_handoff


class LeadSerializer(serializers.Serializer):
    """The contact, as much as a list of handoffs shows."""

    id = serializers.IntegerField()
    name = serializers.CharField(source="full_name")
    email = serializers.CharField()
    company = serializers.CharField(source="company.name", default=None)


@extend_schema_field({"type": "object", "description": "Frozen at the crossing."})
class FactsField(serializers.JSONField):
    """Contributions, interactions, mails, consent, opening."""


HANDOFF = {
    "id": 41,
    "contact": {
        "id": 1207,
        "name": "Ada Byron",
        "email": "ada@engines.example",
        "company": "Analytical Engines Ltd",
    },
    "assignee": 4,
    "team": None,
    "assigned_because": "owner",
    "why_assigned": "Anna Keller already looks after this contact.",
    "status": "offered",
    "points": 75.0,
    "threshold": 60.0,
    "why_now": "Asked for a demo",
    "facts": {},
    "offered_at": "2026-03-05T14:12:08+01:00",
    "accept_by": "2026-03-05T17:12:00+01:00",
    "warn_at": "2026-03-05T16:12:00+01:00",
    "passes_at": "2026-03-06T13:12:00+01:00",
    "misses": 0,
    "accepted_at": None,
    "touch_by": None,
    "touched_at": None,
    "closed_at": None,
    "decline_reason": "",
    "comment": "",
    "return_at": None,
    "rating": None,
}


@extend_schema_serializer(
    examples=[OpenApiExample("Offered", value=HANDOFF, response_only=True)]
)
class HandoffSerializer(serializers.ModelSerializer):
    contact = LeadSerializer()
    why_now = serializers.CharField()
    why_assigned = serializers.SerializerMethodField(
        help_text="The sentence of assigned_because, in the language of the request."
    )
    passes_at = serializers.DateTimeField(
        allow_null=True,
        help_text="When it goes to somebody else, if nobody answers.",
    )
    facts = FactsField()
    decline_reason = serializers.CharField(
        help_text=f"Empty, or one of {', '.join(Handoff.Reason.values)}."
    )

    class Meta:
        model = Handoff
        fields = (
            "id",
            "contact",
            "assignee",
            "team",
            "assigned_because",
            "why_assigned",
            "status",
            "points",
            "threshold",
            "why_now",
            "facts",
            "offered_at",
            "accept_by",
            "warn_at",
            "passes_at",
            "misses",
            "accepted_at",
            "touch_by",
            "touched_at",
            "closed_at",
            "decline_reason",
            "comment",
            "return_at",
            "rating",
        )
        read_only_fields = fields

    def get_why_assigned(self, handoff: Handoff) -> str:
        return because_of(handoff)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Later",
            value={
                "reason": "not_ready",
                "comment": "Budget comes in May.",
                "return_at": "2026-05-04T09:00:00+02:00",
            },
            request_only=True,
        )
    ]
)
class DeclineSerializer(StrictFields, serializers.Serializer):
    reason = serializers.CharField(
        max_length=12, help_text=", ".join(Handoff.Reason.values)
    )
    comment = serializers.CharField(max_length=5_000, default="", allow_blank=True)
    return_at = serializers.DateTimeField(default=None, allow_null=True)
    phase = serializers.IntegerField(
        default=None,
        allow_null=True,
        help_text="A marketing phase of the contact's journey, to nurture it in; "
        "without one that which it came from.",
    )


class ReassignSerializer(StrictFields, serializers.Serializer):
    assignee = serializers.IntegerField()


@extend_schema_serializer(
    examples=[OpenApiExample("Good", value={"rating": 4}, request_only=True)]
)
class RatingSerializer(StrictFields, serializers.Serializer):
    rating = serializers.IntegerField(
        allow_null=True, min_value=WORST, max_value=BEST, help_text="5 is best."
    )


class HandoffFilter(HandoffListFilter):
    """As the page's: what figures link to can be read here too."""

    class Meta:
        model = Handoff
        fields = ("contact",)


class HandoffViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiViewSet):
    """Leads on their way to sales. Every change is a named action."""

    token_scope = "handoffs"
    lookup_value_converter = "int"
    serializer_class = HandoffSerializer
    filterset_class = HandoffFilter
    ordering = ("-offered_at",)
    orderings = {"id": "id", "offered_at": "offered_at"}

    def get_queryset(self) -> QuerySet[Handoff]:
        rows = scope(self.request.user, Handoff, self.action)
        return rows.select_related("contact__company", "assignee")

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, pk: int) -> Response:
        """Take the lead on."""
        takes_no_body(request)
        handoff = accept_handoff(
            handoff=self.get_object(), by=request.user, at=timezone.now()
        )
        return self._answer(handoff)

    @extend_schema(request=DeclineSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, pk: int) -> Response:
        """Give the contact back to marketing, with the reason."""
        handoff = self.get_object()
        asked = checked_body(DeclineSerializer, request)
        if number := asked.pop("phase"):
            asked["phase"] = (
                scope(request.user, Phase, "read").filter(pk=number).first()
            )
            if asked["phase"] is None:
                raise InvalidValue(_("There is no such phase."), attr="phase")
        handoff = decline_handoff(
            handoff=handoff, by=request.user, at=timezone.now(), **asked
        )
        return self._answer(handoff)

    @extend_schema(request=ReassignSerializer)
    @action(detail=True, methods=["post"])
    def reassign(self, request: Request, pk: int) -> Response:
        """Offer it to another rep."""
        handoff = self.get_object()
        asked = checked_body(ReassignSerializer, request)
        people = scope(request.user, User, "read").active()
        assignee = people.filter(pk=asked["assignee"]).first()
        if assignee is None:
            raise InvalidValue(_("There is no such user."), attr="assignee")
        handoff = reassign_handoff(
            handoff=handoff, assignee=assignee, by=request.user, at=timezone.now()
        )
        return self._answer(handoff)

    @extend_schema(request=RatingSerializer)
    @action(detail=True, methods=["post"])
    def rate(self, request: Request, pk: int) -> Response:
        """Say how good the lead was; null takes it back."""
        handoff = self.get_object()
        asked = checked_body(RatingSerializer, request)
        handoff = rate_handoff(
            handoff=handoff, by=request.user, at=timezone.now(), **asked
        )
        return self._answer(handoff)

    def _answer(self, handoff: Handoff) -> Response:
        return Response(self.get_serializer(handoff).data)
