"""REST: what contacts look like, in answers and in the description of the API."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers

from contacts.api.examples import CONTACT, LISTED, STORED
from contacts.models.company import Company
from contacts.models.contact import Contact


@extend_schema_field({"type": "object", "description": "Key -> value, as typed."})
class CustomValues(serializers.JSONField):
    """Values of custom fields."""


class CompanyField(serializers.ModelSerializer):
    class Meta:
        model = Company
        fields = ["id", "name", "domain", "industry", "employees", "country"]


class ScoreField(serializers.Serializer):
    total = serializers.FloatField()
    fit = serializers.FloatField()
    engagement = serializers.FloatField()
    sales_ready = serializers.BooleanField()


@extend_schema_serializer(
    examples=[OpenApiExample("Ada", value=STORED, response_only=True)]
)
class ContactSerializer(serializers.ModelSerializer):
    """Shapes answers. What comes in is checked by ``contacts.values`` alone."""

    company = CompanyField(required=False, allow_null=True)
    email = serializers.CharField(help_text="Empty if it is not known.")
    tags = serializers.SerializerMethodField()
    custom = CustomValues()

    class Meta:
        model = Contact
        fields = [
            "id",
            "email",
            "first_name",
            "last_name",
            "phone",
            "job_title",
            "company",
            "owner",
            "tags",
            "language",
            "timezone",
            "source",
            "custom",
            "created_at",
            "updated_at",
        ]

    def get_tags(self, contact: Contact) -> list[str]:
        return sorted(tag.name for tag in contact.tags.all())


@extend_schema_serializer(
    examples=[OpenApiExample("Ada", value=LISTED, response_only=True)]
)
class ListedContactSerializer(ContactSerializer):
    """Shapes the items of lists: with what the apps above add."""

    score = ScoreField(read_only=True, allow_null=True)
    phase = serializers.CharField(read_only=True, allow_null=True)

    class Meta(ContactSerializer.Meta):
        fields = [*ContactSerializer.Meta.fields, "score", "phase"]

    def to_representation(self, contact: Contact) -> dict[str, Any]:
        shaped = ContactSerializer.to_representation(
            ContactSerializer(context=self.context), contact
        )
        return {
            **shaped,
            "score": None,
            "phase": None,
            **self.context["extras"].get(contact.pk, {}),
        }


COMPANY_SCHEMA = {
    "type": "object",
    "description": "Found by its domain, else by its name, and made if there is none.",
    "additionalProperties": False,
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "name": {"type": ["string", "null"], "maxLength": 200},
        "domain": {"type": ["string", "null"], "maxLength": 253},
        "industry": {"type": ["string", "null"], "maxLength": 100},
        "employees": {"type": ["integer", "null"], "minimum": 0},
        "country": {"type": ["string", "null"], "maxLength": 100},
    },
}


@extend_schema_field(
    {"anyOf": [COMPANY_SCHEMA, {"type": "integer", "minimum": 1}, {"type": "null"}]}
)
class CompanyWish(serializers.JSONField):
    """A company by its facts, or by its number."""


@extend_schema_field(
    {
        "anyOf": [
            {"type": "integer", "minimum": 1},
            {"type": ["string", "null"], "maxLength": 254},
        ],
        "description": "A user by number, user name or e-mail address.",
    }
)
class OwnerWish(serializers.JSONField):
    """Who is responsible."""


class Text(serializers.CharField):
    """Left out: stays as it is. Empty or null: emptied."""

    def __init__(self, max_length: int) -> None:
        super().__init__(
            max_length=max_length, required=False, allow_blank=True, allow_null=True
        )


@extend_schema_serializer(
    component_name="ContactValues",
    examples=[OpenApiExample("Ada", value=CONTACT, request_only=True)],
)
class ContactValues(serializers.Serializer):
    """Describes bodies. They are checked by ``contacts.values`` alone."""

    email = Text(254)
    first_name = Text(100)
    last_name = Text(100)
    phone = Text(40)
    job_title = Text(150)
    company = CompanyWish(required=False)
    owner = OwnerWish(required=False)
    tags = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=50, required=False
    )
    language = Text(10)
    timezone = Text(60)
    source = Text(80)
    custom = CustomValues(required=False)


class Fault(serializers.Serializer):
    code = serializers.CharField()
    detail = serializers.CharField()
    attr = serializers.CharField(allow_null=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two people",
            value={
                "items": [
                    {"email": "ada@engines.example", "job_title": "Head of Marketing"},
                    {"email": "charles@engines.example", "tags": ["fair-2026"]},
                ]
            },
        )
    ]
)
class ContactBatch(serializers.Serializer):
    items = serializers.ListField(child=ContactValues(), max_length=1000)


class ContactResult(serializers.Serializer):
    index = serializers.IntegerField()
    result = serializers.ChoiceField(["created", "updated", "unchanged", "rejected"])
    id = serializers.IntegerField(allow_null=True)
    errors = Fault(many=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "One new, one refused",
            value={
                "results": [
                    {"index": 0, "result": "created", "id": 1207, "errors": []},
                    {
                        "index": 1,
                        "result": "rejected",
                        "id": None,
                        "errors": [
                            {
                                "code": "bad_email",
                                "detail": "This is not an e-mail address.",
                                "attr": "email",
                            }
                        ],
                    },
                ]
            },
        )
    ]
)
class ContactResults(serializers.Serializer):
    results = ContactResult(many=True)
