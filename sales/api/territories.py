"""``/api/v1/territories/``, and who would get the contacts of a segment."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from accounts.permissions import scope
from accounts.related import Related
from contacts.api.segments import ConditionField
from contacts.conditions.evaluation import contacts_matching
from contacts.models import Contact, Segment
from journeys.models import Team
from leadhub.rest.fields import StrictFields, checked_body
from leadhub.rest.views import KeptViewSet, StrictQuery
from sales.api.assignment import AssignmentSerializer
from sales.models import Territory
from sales.selectors.trials import SHOWN, Trial, trials_of
from sales.services.territories import (
    delete_territory,
    move_territory,
    save_territory,
)

TERRITORY = {
    "name": "Austria and Switzerland",
    "condition": {"field": "company.country", "op": "in", "value": ["AT", "CH"]},
    "rep": 4,
    "team": None,
}


@extend_schema_serializer(
    examples=[
        OpenApiExample("Of a rep", value=TERRITORY, request_only=True),
        OpenApiExample(
            "Of a rep", value={"id": 2, **TERRITORY, "position": 1}, response_only=True
        ),
    ]
)
class TerritorySerializer(StrictFields, serializers.ModelSerializer):
    """Values are checked by the verb alone."""

    name = serializers.CharField(max_length=80)
    condition = ConditionField()
    rep = Related(User, required=False, allow_null=True)
    team = Related(
        Team, required=False, allow_null=True, help_text="Either a rep or a team."
    )

    class Meta:
        model = Territory
        fields = ("id", "name", "condition", "rep", "team", "position")
        read_only_fields = ("position",)


@extend_schema_serializer(
    examples=[OpenApiExample("One place earlier", value={"earlier": True})]
)
class PlaceSerializer(StrictFields, serializers.Serializer):
    earlier = serializers.BooleanField(help_text="Else later.")


class TerritoryViewSet(KeptViewSet):
    """Whose contacts are which: the first in order whose condition holds counts."""

    token_scope = "handoffs"
    serializer_class = TerritorySerializer
    ordering = ("position", "id")
    orderings = {"id": "id", "position": "position", "name": "name"}

    def get_queryset(self) -> QuerySet[Territory]:
        return scope(self.request.user, Territory, self.action)

    def perform_destroy(self, instance: Territory) -> None:
        delete_territory(territory=instance)

    @extend_schema(request=PlaceSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: int) -> Response:
        """Ask it one place earlier or later; at the end nothing happens."""
        asked = checked_body(PlaceSerializer, request)
        territory = self.get_object()
        move_territory(territory=territory, earlier=asked["earlier"])
        return Response(self.get_serializer(self.get_object()).data)

    def store(self, row: Territory, values: dict[str, Any]) -> Territory:
        """A new one is asked last."""
        by, now = self.request.user, timezone.now()
        before = {name: getattr(row, name) for name in TERRITORY}
        return save_territory(territory=row, by=by, at=now, **before | values)


class TrialSerializer(AssignmentSerializer):
    contact = serializers.IntegerField()

    def to_representation(self, trial: Trial) -> dict[str, Any]:
        return {"contact": trial.contact.pk, **super().to_representation(trial)}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two of them",
            value={
                "results": [
                    {
                        "contact": 1207,
                        "assignee": 4,
                        "team": None,
                        "assigned_because": "owner",
                        "why_assigned": "Anna Keller looks after the contact.",
                        "why_not": [],
                    }
                ],
                "has_more": False,
            },
            response_only=True,
        )
    ]
)
class TrialsSerializer(serializers.Serializer):
    results = TrialSerializer(many=True)
    has_more = serializers.BooleanField(
        help_text=f"The first {SHOWN} of the segment are tried."
    )


class SegmentAssignment(StrictQuery):
    """A dry run with the contacts of a segment. Nothing is changed."""

    token_scope = "segments"

    @extend_schema(operation_id="segments_assignment", responses=TrialsSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Who would get them if all became ready now, one after the other, and why."""
        segment = get_object_or_404(scope(request.user, Segment, "read"), pk=pk)
        rows = scope(request.user, Contact, "read").select_related("company", "owner")
        now = timezone.now()
        matching = contacts_matching(rows, segment.condition, at=now)
        found = list(matching.order_by("pk")[: SHOWN + 1])
        answer = {
            "results": trials_of(found[:SHOWN], at=now) if found else [],
            "has_more": len(found) > SHOWN,
        }
        return Response(TrialsSerializer(answer).data)
