"""How versions, drafts and reviews of journeys look over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from accounts.models import User
from accounts.related import Related
from journeys.api import examples
from journeys.api.plan_shapes import PlanField, PlanSerializer
from journeys.models import JourneyReview, JourneyVersion
from leadhub.rest.fields import StrictFields


@extend_schema_serializer(examples=[OpenApiExample("A version", examples.VERSION)])
class VersionSerializer(serializers.ModelSerializer):
    published_by = Related(User, read_only=True, allow_null=True)

    class Meta:
        model = JourneyVersion
        fields = ("number", "origin", "note", "published_at", "published_by")


@extend_schema_serializer(
    examples=[OpenApiExample("A version", {**examples.VERSION, "plan": examples.PLAN})]
)
class WholeVersionSerializer(VersionSerializer):
    plan = PlanField()

    class Meta:
        model = JourneyVersion
        fields = (*VersionSerializer.Meta.fields, "plan")


class ChangeSerializer(serializers.Serializer):
    kind = serializers.ChoiceField(choices=["added", "removed", "moved", "changed"])
    about = serializers.ChoiceField(choices=["journey", "phase", "measure"])
    name = serializers.CharField()
    key = serializers.CharField()
    # A serializer has a label of its own.
    old = serializers.CharField()
    new = serializers.CharField()
    sentence = serializers.CharField()

    def get_fields(self) -> dict[str, Any]:
        return super().get_fields() | {"label": serializers.CharField()}


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two versions", {"from": 2, "to": 3, "changes": [examples.CHANGE]}
        )
    ]
)
class DiffSerializer(serializers.Serializer):
    to = serializers.IntegerField()
    changes = ChangeSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.IntegerField()} | super().get_fields()


class GoingSerializer(serializers.Serializer):
    key = serializers.CharField()
    name = serializers.CharField()
    contacts = serializers.IntegerField(help_text="Who is in it now.")


@extend_schema_serializer(examples=[OpenApiExample("A draft", examples.DRAFT)])
class DraftSerializer(serializers.Serializer):
    revision = serializers.IntegerField(help_text="Counts its changes.")
    based_on = serializers.IntegerField(
        help_text="The number of the version it was begun from; 0: none."
    )
    compared_with = serializers.IntegerField(
        help_text="The number of the version in force, which changes compares it with: "
        "what publishing wants as based_on."
    )
    updated_at = serializers.DateTimeField()
    updated_by = serializers.IntegerField(allow_null=True)
    plan = PlanField()
    changes = ChangeSerializer(many=True)
    going = GoingSerializer(
        many=True,
        help_text="Phases that go while contacts are in them: publishing wants to know "
        "in moves where those go.",
    )


@extend_schema_serializer(
    examples=[OpenApiExample("A phase more", examples.WRITTEN_DRAFT)]
)
class WriteDraftSerializer(StrictFields, serializers.Serializer):
    revision = serializers.IntegerField(
        min_value=0, help_text="Of the draft that was read; 0: there was none."
    )
    plan = PlanSerializer()


@extend_schema_serializer(examples=[OpenApiExample("A phase less", examples.PUBLISH)])
class PublishJourneySerializer(StrictFields, serializers.Serializer):
    note = serializers.CharField(max_length=300)
    revision = serializers.IntegerField(help_text="Of the draft that was looked at.")
    based_on = serializers.IntegerField(
        help_text="The number of the version that it was compared with; 0: none."
    )
    moves = serializers.DictField(
        child=serializers.CharField(),
        required=False,
        help_text="Key of a phase that goes -> key of the one its contacts go to, "
        'or "out".',
    )


@extend_schema_serializer(
    examples=[
        OpenApiExample("Reviewed", examples.REVIEW, request_only=True),
        OpenApiExample("Reviewed", examples.REVIEWED, response_only=True),
    ]
)
class ReviewSerializer(StrictFields, serializers.ModelSerializer):
    by = Related(User, read_only=True, allow_null=True)

    class Meta:
        model = JourneyReview
        fields = ("id", "at", "by", "note", "due_date", "next_date", "version")
        read_only_fields = ("at", "due_date", "version")
