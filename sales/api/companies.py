"""``/api/v1/companies/{id}/touches/``: who touches the people of a company."""

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
from contacts.models import Company
from leadhub.rest.views import StrictQuery
from sales.api.claims import ClaimSerializer
from sales.selectors.company import Person, Pressure, pressure_on


class TouchCountsSerializer(serializers.Serializer):
    marketing = serializers.IntegerField()
    sales = serializers.IntegerField()
    total = serializers.IntegerField()


class OpenHandoffSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    status = serializers.CharField()
    assignee = serializers.IntegerField(source="assignee_id", allow_null=True)


class LastTouchSerializer(serializers.Serializer):
    kind = serializers.CharField()
    at = serializers.DateTimeField(source="occurred_at")
    by = serializers.IntegerField(
        source="by_id", allow_null=True, help_text="Null: marketing's."
    )


class TouchedSerializer(serializers.Serializer):
    """Somebody at whom one of us is, or whom one of us touched."""

    contact = serializers.IntegerField()
    name = serializers.CharField()
    claim = ClaimSerializer(allow_null=True)
    handoff = OpenHandoffSerializer(allow_null=True)
    sequences = serializers.ListField(child=serializers.CharField())
    last_touch = LastTouchSerializer(allow_null=True)

    def to_representation(self, person: Person) -> dict[str, Any]:
        return super().to_representation(
            {
                "contact": person.contact.pk,
                "name": str(person.contact),
                "claim": person.claim,
                "handoff": person.handoff,
                "sequences": person.sequences,
                "last_touch": person.last,
            }
        )


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "One person",
            value={
                "seven_days": {"marketing": 2, "sales": 1, "total": 3},
                "thirty_days": {"marketing": 5, "sales": 1, "total": 6},
                "people": [
                    {
                        "contact": 1207,
                        "name": "Ada Byron",
                        "claim": None,
                        "handoff": {"id": 41, "status": "accepted", "assignee": 4},
                        "sequences": [],
                        "last_touch": {
                            "kind": "call_outbound",
                            "at": "2026-03-05T15:40:00+01:00",
                            "by": 4,
                        },
                    }
                ],
            },
            response_only=True,
        )
    ]
)
class PressureSerializer(serializers.Serializer):
    seven_days = TouchCountsSerializer()
    thirty_days = TouchCountsSerializer()
    people = TouchedSerializer(many=True)

    def to_representation(self, found: Pressure) -> dict[str, Any]:
        week, month = (
            {
                "marketing": found.marketing[place],
                "sales": found.sales[place],
                "total": found.total[place],
            }
            for place in (0, 1)
        )
        answer = {"seven_days": week, "thirty_days": month, "people": found.people}
        return super().to_representation(answer)


class CompanyTouches(StrictQuery):
    """Touches of both teams, and who is at whom."""

    token_scope = "companies"

    @extend_schema(operation_id="companies_touches", responses=PressureSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Read how often both teams touched a company's people, and who whom last."""
        company = get_object_or_404(scope(request.user, Company, "read"), pk=pk)
        found = pressure_on(company, at=timezone.now())
        return Response(PressureSerializer(found).data)
