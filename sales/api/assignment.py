"""``/api/v1/contacts/{id}/assignment/``: who would get a contact, and why."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema,
    extend_schema_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from contacts.models import Contact
from leadhub.rest.views import StrictQuery
from sales.selectors.trials import Trial, trials_of


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "By territory",
            value={
                "assignee": 4,
                "team": None,
                "assigned_because": "territory",
                "why_assigned": "Anna Keller has the territory North.",
                "why_not": ["Nobody looks after the contact."],
            },
            response_only=True,
        )
    ]
)
class AssignmentSerializer(serializers.Serializer):
    """``assignee`` is null where who leads would decide."""

    assignee = serializers.IntegerField(allow_null=True)
    team = serializers.IntegerField(allow_null=True)
    assigned_because = serializers.CharField()
    why_assigned = serializers.CharField()
    why_not = serializers.ListField(
        child=serializers.CharField(),
        help_text="Why the rules before gave it to nobody, in their order.",
    )

    def to_representation(self, trial: Trial) -> dict[str, Any]:
        found = trial.assignment
        return {
            "assignee": found.assignee.pk if found.assignee else None,
            "team": found.team.pk if found.team else None,
            "assigned_because": found.because,
            "why_assigned": trial.why,
            "why_not": trial.why_not,
        }


class ContactAssignment(StrictQuery):
    """A dry run: to whom the contact would be handed off now. Nothing is changed."""

    token_scope = "contacts"

    @extend_schema(responses=AssignmentSerializer)
    def get(self, request: Request, pk: int) -> Response:
        rows = scope(request.user, Contact, "read").select_related("owner", "company")
        contact = get_object_or_404(rows, pk=pk)
        [trial] = trials_of([contact], at=timezone.now())
        return Response(AssignmentSerializer(trial).data)
