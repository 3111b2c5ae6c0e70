"""``phases/`` and ``teams/`` of the REST API, and what is common to plans."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import mixins, serializers

from accounts.models import User
from accounts.permissions import scope
from accounts.related import Related
from journeys.api import examples
from journeys.models import Journey, Phase, Team
from journeys.services import plans
from leadhub.rest.fields import StrictFields
from leadhub.rest.views import ApiViewSet, Creates


@extend_schema_field({"type": "object", "description": "A condition; {}: by hand."})
class ConditionField(serializers.JSONField):
    """A condition as JSON. The verb that stores it says what is wrong with it."""

    default_error_messages = {"invalid_condition": _("This must be an object.")}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        value = super().to_internal_value(data)
        if not isinstance(value, dict):
            self.fail("invalid_condition")
        return value


@extend_schema_serializer(examples=examples.both("A team", examples.TEAM, {"id": 2}))
class TeamSerializer(StrictFields, serializers.ModelSerializer):
    members = Related(User, many=True, required=False)

    class Meta:
        model = Team
        fields = ("id", "name", "task", "members")
        extra_kwargs = {"name": {"validators": []}}


@extend_schema_serializer(
    examples=examples.both(
        "A phase", {"journey": 1, "position": 1, **examples.PHASE}, {"id": 7}
    )
)
class PhaseSerializer(StrictFields, serializers.ModelSerializer):
    journey = Related(Journey)
    team = Related(Team, allow_null=True, required=False)
    entry_condition = ConditionField(required=False)
    exit_condition = ConditionField(required=False)

    class Meta:
        model = Phase
        fields = (
            "id",
            "journey",
            "name",
            "position",
            "stage",
            "team",
            "entry_condition",
            "exit_condition",
            "exit_leads",
            "target_days",
            "outcome",
        )
        extra_kwargs = {"position": {"required": False, "min_value": 1}}
        # The verb says which name is taken, with 409.
        validators = ()


class PhaseFilter(filters.FilterSet):
    class Meta:
        model = Phase
        fields = ("journey", "stage", "team")


class PlanViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    Creates,
    mixins.UpdateModelMixin,
    mixins.DestroyModelMixin,
    ApiViewSet,
):
    """What the four have in common: the serializer checks, a verb stores."""

    lookup_value_converter = "int"
    ordering = ("id",)
    orderings = {"name": "name", "id": "id"}
    model: type

    def get_queryset(self) -> QuerySet:
        return scope(self.request.user, self.model, self.action).order_by("pk")

    def perform_create(self, serializer: Any) -> None:
        self._store(serializer, self.model())

    def perform_update(self, serializer: Any) -> None:
        self._store(serializer, serializer.instance)

    def _store(self, serializer: Any, row: Any) -> None:
        values = dict(serializer.validated_data)
        extra = {name: values.pop(name) for name in self.extra if name in values}
        for name, value in values.items():
            setattr(row, name, value)
        serializer.instance = self.store(row, **extra)

    # Fields that the verb takes beside the row.
    extra: tuple[str, ...] = ()

    def store(self, row: Any, **extra: Any) -> Any:
        raise NotImplementedError


class TeamViewSet(PlanViewSet):
    """Special teams and who is in them."""

    token_scope = "teams"
    model = Team
    serializer_class = TeamSerializer

    def get_queryset(self) -> QuerySet[Team]:
        return super().get_queryset().prefetch_related("members")

    extra = ("members",)

    def store(self, row: Team, **extra: Any) -> Team:
        return plans.save_team(team=row, **extra)

    def perform_destroy(self, instance: Team) -> None:
        plans.delete_team(team=instance)


class PhaseViewSet(PlanViewSet):
    """Phases, in the order of their journeys."""

    token_scope = "phases"
    model = Phase
    serializer_class = PhaseSerializer
    filterset_class = PhaseFilter
    orderings = {"position": "position", "name": "name", "id": "id"}

    extra = ("position",)

    def store(self, row: Phase, **extra: Any) -> Phase:
        by, now = self.request.user, timezone.now()
        return plans.save_phase(phase=row, by=by, at=now, **extra)

    def perform_destroy(self, instance: Phase) -> None:
        plans.delete_phase(phase=instance, by=self.request.user, at=timezone.now())
