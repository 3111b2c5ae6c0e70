"""``measures/`` of the REST API, with what they cost."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from rest_framework import serializers

from accounts.related import Related
from journeys.api.plans import PlanViewSet
from journeys.models import Measure, MeasureCost, Phase, Team
from journeys.selectors.costs import spent_so_far
from journeys.services import plans
from journeys.services.costs import set_cost, set_costs
from leadhub.rest.fields import StrictFields


class CostSerializer(StrictFields, serializers.ModelSerializer):
    class Meta:
        model = MeasureCost
        fields = ("amount", "per", "since_date", "until_date", "note")


class SpentField(serializers.DecimalField):
    """What it cost so far. Written: spent on one day, unless there are ``costs``."""

    def get_attribute(self, instance: Measure) -> Decimal | None:
        return spent_so_far(instance.costs.all(), today=timezone.localdate())


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
        )


class MeasureFilter(filters.FilterSet):
    class Meta:
        model = Measure
        fields = ("phase", "channel", "direction", "team")


class MeasureViewSet(PlanViewSet):
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

    @transaction.atomic
    def store(self, row: Measure, **extra: Any) -> Measure:
        by, now = self.request.user, timezone.now()
        measure = plans.save_measure(measure=row, by=by, at=now)
        if "costs" in extra:
            costs = [MeasureCost(**cost) for cost in extra["costs"]]
            set_costs(measure=measure, costs=costs)
        elif "cost" in extra:
            today = timezone.localdate()
            set_cost(measure=measure, amount=extra["cost"], today=today)
        # As it is now, not as it was prefetched.
        return self.get_queryset().get(pk=measure.pk)

    def perform_destroy(self, instance: Measure) -> None:
        plans.delete_measure(measure=instance, by=self.request.user, at=timezone.now())
