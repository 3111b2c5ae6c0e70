"""``measures/`` of the REST API, with what they cost."""

from __future__ import annotations

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from accounts.related import Related
from journeys.api import examples
from journeys.api.plans import PlanViewSet
from journeys.carriers import carriers_of
from journeys.models import Measure, MeasureCost, Phase, Team
from journeys.selectors.costs import spent_so_far
from journeys.services import plans
from journeys.services.costs import set_cost, set_costs
from leadhub.rest.fields import StrictFields
from leadhub.rest.views import ReadsFigures


class CostSerializer(StrictFields, serializers.ModelSerializer):
    class Meta:
        model = MeasureCost
        fields = ("amount", "per", "since_date", "until_date", "note")


class SpentField(serializers.DecimalField):
    """What it cost so far. Written: spent on one day, unless there are ``costs``."""

    def get_attribute(self, instance: Measure) -> Decimal | None:
        return spent_so_far(instance.costs.all(), today=timezone.localdate())


class CarrierSerializer(serializers.Serializer):
    kind = serializers.CharField()
    name = serializers.CharField()
    url = serializers.CharField(allow_blank=True, help_text="Its page, or empty.")
    state = serializers.CharField(allow_blank=True)


@extend_schema_serializer(
    examples=examples.both(
        "A webinar",
        {"phase": 7, **examples.MEASURE, "costs": [examples.COST]},
        {"id": 12, "cost": "3600.00", "carriers": [examples.CARRIER]},
    )
)
class MeasureSerializer(StrictFields, serializers.ModelSerializer):
    phase = Related(Phase)
    team = Related(Team, allow_null=True, required=False)
    cost = SpentField(
        max_digits=12,
        decimal_places=2,
        min_value=Decimal(0),
        allow_null=True,
        required=False,
    )
    costs = CostSerializer(many=True, required=False, max_length=200)
    carriers = serializers.SerializerMethodField(help_text="What carries it out now.")

    class Meta:
        model = Measure
        fields = (
            "id",
            "phase",
            "name",
            "direction",
            "channel",
            "team",
            "cost",
            "costs",
            "url",
            "utm_campaign",
            "carriers",
        )

    @extend_schema_field(CarrierSerializer(many=True))
    def get_carriers(self, measure: Measure) -> list[dict[str, str]]:
        found = self.context.get("carriers", {}).get(measure.pk, [])
        return [asdict(carrier) for carrier in found]


class MeasureFilter(filters.FilterSet):
    class Meta:
        model = Measure
        fields = ("phase", "channel", "direction", "team")


class MeasureViewSet(ReadsFigures, PlanViewSet):
    """Acquisition measures of phases, and what they cost by period.

    ``costs`` replaces what was written down; ``cost`` alone is one amount on one day.
    Where both are sent, ``costs`` counts.
    """

    token_scope = "measures"
    model = Measure
    serializer_class = MeasureSerializer
    filterset_class = MeasureFilter
    extra = ("cost", "costs")

    def get_queryset(self) -> QuerySet[Measure]:
        return super().get_queryset().current().prefetch_related("costs")

    def figures_of(self, rows: list[Measure]) -> dict[str, Any]:
        return {"carriers": carriers_of([measure.pk for measure in rows])}

    @transaction.atomic
    def store(self, row: Measure, **extra: Any) -> Measure:
        by, now = self.request.user, timezone.now()
        measure = plans.save_measure(measure=row, by=by, at=now)
        if "costs" in extra:
            costs = [MeasureCost(**cost) for cost in extra["costs"]]
            set_costs(measure=measure, costs=costs, by=by, at=now)
        elif "cost" in extra:
            set_cost(measure=measure, amount=extra["cost"], by=by, at=now)
        # As it is now, not as it was prefetched.
        return self.get_queryset().get(pk=measure.pk)

    def perform_destroy(self, instance: Measure) -> None:
        plans.delete_measure(measure=instance, by=self.request.user, at=timezone.now())
