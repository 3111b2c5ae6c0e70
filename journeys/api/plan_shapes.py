"""A plan as one document over REST: as drafts are read and written."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from journeys.api.measures import CostSerializer
from journeys.api.plans import ConditionField
from journeys.models import Journey, Measure, MeasureCost, Phase
from journeys.plan_costs import cost_part
from journeys.selectors.snapshots import (
    OF_JOURNEY,
    OF_MEASURE,
    OF_PHASE,
    PlanDocument,
    measure_part,
    phase_part,
)
from leadhub.rest.fields import StrictFields

MOST_PARTS = 200
MOST_CARRIERS = 50
LISTS = ("costs", "carriers")
KEY = r"^(new-[-0-9A-Za-z_]{1,40}|[1-9][0-9]{0,18})\Z"
BIGGEST = 2**63 - 1


class PartKey(serializers.RegexField):
    """Which phase or measure it is, whatever it is called now."""

    default_error_messages = {
        "invalid": _("A key is one that was read, or new- and a word of your own.")
    }

    def __init__(self) -> None:
        super().__init__(
            KEY,
            required=False,
            help_text="As it was read. One that is new has none, or new- and a word.",
        )


class RowNumber(serializers.IntegerField):
    """The number of a row. The verb that stores it says whether there is one."""

    def __init__(self) -> None:
        super().__init__(
            required=False, allow_null=True, min_value=1, max_value=BIGGEST
        )


class CarrierPartSerializer(StrictFields, serializers.Serializer):
    kind = serializers.CharField(
        max_length=20, help_text="`content`, `sequence`, `event` or `link`."
    )
    id = serializers.IntegerField(min_value=1, max_value=BIGGEST)


class MeasurePartSerializer(StrictFields, serializers.ModelSerializer):
    """A measure as a part of a plan.

    Without ``costs`` or ``carriers`` one that is known keeps those it has.
    """

    key = PartKey()
    team = RowNumber()
    costs = CostSerializer(
        many=True,
        required=False,
        max_length=MOST_PARTS,
        help_text="What is not over yet. What was spent before today stays as it is.",
    )
    carriers = CarrierPartSerializer(
        many=True,
        required=False,
        max_length=MOST_CARRIERS,
        help_text="What carries it out, once it is published.",
    )

    class Meta:
        model = Measure
        fields = ("key", *OF_MEASURE, "team", "costs", "carriers")

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values = super().to_internal_value(data)
        key, team = values.pop("key", None), values.pop("team", None)
        lists = {name: values.pop(name) for name in LISTS if name in values}
        if "costs" in lists:
            lists["costs"] = [cost_part(MeasureCost(**cost)) for cost in lists["costs"]]
        part = measure_part(Measure(**values, team_id=team))
        return {**part, **lists, "key": key or part["key"]}


class PhasePartSerializer(StrictFields, serializers.ModelSerializer):
    """A phase as a part of a plan, in the order of which it is."""

    key = PartKey()
    entry_condition = ConditionField(required=False)
    exit_condition = ConditionField(required=False)
    team = RowNumber()
    measures = MeasurePartSerializer(many=True, required=False, max_length=MOST_PARTS)

    class Meta:
        model = Phase
        fields = ("key", *OF_PHASE, "team", "measures")
        # The verb looks at all phases together.
        validators = ()

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values = super().to_internal_value(data)
        key, team = values.pop("key", None), values.pop("team", None)
        measures = values.pop("measures", [])
        part = phase_part(Phase(**values, team_id=team))
        return {**part, "key": key or part["key"], "measures": measures}


@extend_schema_field(
    {
        "type": "object",
        "description": "What segment and teams were called, by number. Read only.",
    }
)
class NamesField(serializers.JSONField):
    """May be sent back as it was read; the verb compares."""


class PlanSerializer(StrictFields, serializers.ModelSerializer):
    """A whole plan: what is left out is what a new one has."""

    goal = ConditionField(required=False)
    segment = RowNumber()
    phases = PhasePartSerializer(many=True, max_length=MOST_PARTS)
    names = NamesField(required=False)

    class Meta:
        model = Journey
        fields = (*OF_JOURNEY, "segment", "phases", "names")
        # Which name is taken, publishing says.
        extra_kwargs = {"name": {"validators": []}}

    def to_internal_value(self, data: Any) -> PlanDocument:
        values = super().to_internal_value(data)
        new = Journey()
        plan = {name: values.get(name, getattr(new, name)) for name in OF_JOURNEY}
        plan |= {"segment": values.get("segment"), "phases": values["phases"]}
        return plan | ({"names": values["names"]} if "names" in values else {})


@extend_schema_field(PlanSerializer)
class PlanField(serializers.JSONField):
    """A plan as it was stored: an old one may lack what later ones have."""
