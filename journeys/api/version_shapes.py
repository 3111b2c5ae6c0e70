"""How versions, drafts and reviews of journeys look over REST."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import User
from accounts.related import Related
from journeys.models import JourneyReview, JourneyVersion
from leadhub.rest.fields import StrictFields


@extend_schema_field(
    {
        "type": "object",
        "description": "name, description, segment, goal, target_days, phases with "
        "their measures, and names: what segment and teams were called.",
    }
)
class PlanField(serializers.JSONField):
    """A plan as one document."""


class VersionSerializer(serializers.ModelSerializer):
    published_by = Related(User, read_only=True, allow_null=True)

    class Meta:
        model = JourneyVersion
        fields = ("number", "origin", "note", "published_at", "published_by")


class WholeVersionSerializer(VersionSerializer):
    plan = PlanField()

    class Meta:
        model = JourneyVersion
        fields = (*VersionSerializer.Meta.fields, "plan")


class VersionsSerializer(serializers.Serializer):
    results = VersionSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


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


class DiffSerializer(serializers.Serializer):
    to = serializers.IntegerField()
    changes = ChangeSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.IntegerField()} | super().get_fields()


class DraftSerializer(serializers.Serializer):
    revision = serializers.IntegerField()
    based_on = serializers.IntegerField()
    updated_at = serializers.DateTimeField()
    updated_by = serializers.IntegerField(allow_null=True)
    plan = PlanField()
    changes = ChangeSerializer(many=True)


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


class ReviewSerializer(StrictFields, serializers.ModelSerializer):
    by = Related(User, read_only=True, allow_null=True)

    class Meta:
        model = JourneyReview
        fields = ("id", "at", "by", "note", "due_date", "next_date", "version")
        read_only_fields = ("at", "due_date", "version")
