"""``/api/v1/sequences/``: series of automated touches, and who goes through them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field, inline_serializer
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.permissions import scope
from campaigns.models import Sequence
from campaigns.selectors.forecast import forecast
from campaigns.selectors.sequences import counts_of, latest_versions, plan_of
from campaigns.services.sequences import publish_draft, save_sequence, set_status
from campaigns.services.winners import choose_winner
from campaigns.steps.foresight import Foreseen
from campaigns.steps.tree import as_json
from journeys.api.related import ChosenMeasure
from leadhub.rest.fields import StrictFields, checked_body
from leadhub.rest.views import ApiViewSet, Creates, filled


@extend_schema_field({"type": "object"})
class ObjectField(serializers.JSONField):
    """The verb that stores it says what is wrong with it."""


@extend_schema_field(
    {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "key": {"type": "string"},
                "kind": {"type": "string"},
                "settings": {"type": "object"},
                "branches": {"type": "object"},
            },
        },
    }
)
class StepsField(serializers.JSONField):
    """Nested steps; those of the draft if there is one, else what is published."""


class SequenceSerializer(StrictFields, serializers.ModelSerializer):
    trigger_settings = ObjectField(required=False)
    goal = ObjectField(required=False)
    send_days = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=7),
        max_length=7,
        required=False,
    )
    hold_out = serializers.IntegerField(min_value=0, max_value=50, required=False)
    measure = ChosenMeasure()
    steps = StepsField(required=False)
    version = serializers.SerializerMethodField()
    counts = serializers.SerializerMethodField()

    class Meta:
        model = Sequence
        fields = (
            "id",
            "name",
            "status",
            "trigger",
            "trigger_settings",
            "goal",
            "may_reenter",
            "send_days",
            "send_from",
            "send_until",
            "hold_out",
            "measure",
            "steps",
            "version",
            "counts",
            "created_at",
        )
        read_only_fields = ("status", "created_at")
        extra_kwargs = {"name": {"validators": []}}

    def to_representation(self, instance: Sequence) -> dict[str, Any]:
        version = self.context["versions"].get(instance.pk)
        instance.steps = as_json(plan_of(version))
        return super().to_representation(instance)

    @extend_schema_field(
        inline_serializer(
            "SequenceVersion",
            {
                "number": serializers.IntegerField(),
                "published_at": serializers.DateTimeField(allow_null=True),
            },
            allow_null=True,
        )
    )
    def get_version(self, sequence: Sequence) -> dict[str, Any] | None:
        version = self.context["versions"].get(sequence.pk)
        if version is None:
            return None
        return {"number": version.number, "published_at": version.published_at}

    @extend_schema_field(
        inline_serializer(
            "SequenceCounts",
            {
                name: serializers.IntegerField()
                for name in ("active", "finished", "stopped", "held_out")
            },
        )
    )
    def get_counts(self, sequence: Sequence) -> dict[str, int]:
        counts = self.context["counts"][sequence.pk]
        names = ("active", "finished", "stopped", "held_out")
        return {name: getattr(counts, name) for name in names}


class PublishSerializer(StrictFields, serializers.Serializer):
    people = serializers.ChoiceField(choices=["keep", "move"], default="keep")
    note = serializers.CharField(max_length=300, default="", allow_blank=True)


class StatusSerializer(StrictFields, serializers.Serializer):
    status = serializers.ChoiceField(
        choices=[
            Sequence.Status.ACTIVE,
            Sequence.Status.PAUSED,
            Sequence.Status.CLOSED,
        ]
    )


class WinnerSerializer(StrictFields, serializers.Serializer):
    step = serializers.CharField(max_length=12)
    variant = serializers.CharField(max_length=20)


class HeldBackSerializer(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()
    until = serializers.DateTimeField(allow_null=True)


class ForeseenSerializer(serializers.Serializer):
    contact = serializers.IntegerField(source="run.contact_id")
    enrollment = serializers.SerializerMethodField(
        help_text="null: the contact would enter, but has not."
    )
    step = serializers.CharField(source="step.key")
    at = serializers.DateTimeField()
    ends = serializers.BooleanField()
    held_back = HeldBackSerializer(many=True)

    def get_enrollment(self, mail: Foreseen) -> int | None:
        return mail.run.pk if mail.run.pk > 0 else None


class ForecastSerializer(serializers.Serializer):
    mails = ForeseenSerializer(many=True)
    shown = serializers.IntegerField()
    total = serializers.IntegerField()
    is_trial = serializers.BooleanField(
        help_text="Never published: of those who would enter if it were published now."
    )


class SequenceViewSet(
    mixins.ListModelMixin,
    mixins.RetrieveModelMixin,
    Creates,
    mixins.UpdateModelMixin,
    ApiViewSet,
):
    """Series of automated touches. What is written is a draft until it is published."""

    token_scope = "sequences"
    lookup_value_converter = "int"
    serializer_class = SequenceSerializer
    http_method_names = ("get", "post", "patch", "head", "options")
    ordering = ("name", "id")
    orderings = {"id": "id", "name": "name", "created_at": "created_at"}

    def get_queryset(self) -> QuerySet[Sequence]:
        name = "read" if self.action == "forecast" else self.action
        return scope(self.request.user, Sequence, name)

    def get_serializer(self, *args: Any, **kwargs: Any) -> SequenceSerializer:
        serializer = super().get_serializer(*args, **kwargs)
        if args:
            _count(serializer, args[0] if kwargs.get("many") else [args[0]])
        return serializer

    def perform_create(self, serializer: SequenceSerializer) -> None:
        self._save(serializer, Sequence())

    def perform_update(self, serializer: SequenceSerializer) -> None:
        self._save(serializer, serializer.instance)

    def _save(self, serializer: SequenceSerializer, sequence: Sequence) -> None:
        values = dict(serializer.validated_data)
        steps = values.pop("steps", None)
        serializer.instance = save_sequence(
            sequence=filled(sequence, values),
            steps=steps,
            by=self.request.user,
            at=timezone.now(),
        )
        _count(serializer, [sequence])

    @extend_schema(request=PublishSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: int) -> Response:
        """Let contacts go through the draft from now on."""
        asked = checked_body(PublishSerializer, request)
        sequence = self.get_object()
        publish_draft(
            sequence=sequence,
            moves_people=asked["people"] == "move",
            note=asked["note"],
            by=request.user,
            at=timezone.now(),
        )
        return self._answer(sequence)

    @extend_schema(request=StatusSerializer)
    @action(detail=True, methods=["post"], url_path="status")
    def set_status(self, request: Request, pk: int) -> Response:
        """Pause it, close it, or let it go on."""
        asked = checked_body(StatusSerializer, request)
        sequence = self.get_object()
        set_status(
            sequence=sequence,
            status=asked["status"],
            by=request.user,
            at=timezone.now(),
        )
        return self._answer(sequence)

    @extend_schema(request=WinnerSerializer)
    @action(detail=True, methods=["post"])
    def winner(self, request: Request, pk: int) -> Response:
        """Let all who come to a split take one variant from now on."""
        asked = checked_body(WinnerSerializer, request)
        sequence = self.get_object()
        choose_winner(
            sequence=sequence,
            key=asked["step"],
            variant=asked["variant"],
            by=request.user,
            at=timezone.now(),
        )
        return self._answer(sequence)

    @extend_schema(responses=ForecastSerializer)
    @action(detail=True, methods=["get"])
    def forecast(self, request: Request, pk: int) -> Response:
        """Who will get what in the next two weeks, and who is held back and why."""
        found = forecast(self.get_object(), at=timezone.now())
        return Response(ForecastSerializer(found).data)

    def _answer(self, sequence: Sequence) -> Response:
        sequence.refresh_from_db()
        return Response(self.get_serializer(sequence).data)


def _count(serializer: SequenceSerializer, rows: list[Sequence]) -> None:
    """Load for all rows at once what each of them is shown with."""
    serializer.context["versions"] = latest_versions(rows)
    serializer.context["counts"] = counts_of(rows)
