"""What interactions look like in the description of the API: bodies and answers."""

from __future__ import annotations

from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema_field,
    extend_schema_serializer,
)
from rest_framework import serializers

from contacts.api.contact_shapes import ContactValues, Fault, Text
from journeys.models.interaction import Channel

DEMO_REQUEST = {
    "contact": {
        "email": "ada@engines.example",
        "first_name": "Ada",
        "company": {"name": "Analytical Engines Ltd", "domain": "engines.example"},
    },
    "kind": "demo_request",
    "occurred_at": "2026-03-05T14:12:07+01:00",
    "event_id": "order-form-7301",
    "url": "https://www.example.com/demo",
    "utm": {"source": "linkedin", "medium": "social", "campaign": "spring"},
    "value": "1200.00",
    "properties": {"seats": 25},
}
STORED = {
    **DEMO_REQUEST,
    "id": "019cc1f4-7e2b-7d1a-b0a4-3f2f0f6f6a11",
    "contact": {"id": 1207, "email": "ada@engines.example"},
    "recorded_at": "2026-03-05T14:12:08+01:00",
    "channel": "social",
    "source": "shop",
    "title": "",
    "measure": None,
    "link": None,
    "by": 4,
    "is_machine": False,
    "machine_reason": "",
}
BATCH = {
    "items": [
        {
            "contact": {"email": "ada@engines.example"},
            "kind": "webinar_attended",
            "event_id": "webinar-12:ada",
        },
        {"contact": {"email": "not an address"}, "kind": "webinar_attended"},
    ]
}
BATCH_ANSWER = {
    "accepted": 1,
    "duplicates": 0,
    "rejected": 1,
    "errors": [
        {
            "index": 1,
            "errors": [
                {
                    "code": "bad_email",
                    "detail": "This is not an e-mail address.",
                    "attr": "contact.email",
                }
            ],
        }
    ],
}


@extend_schema_serializer(component_name="ReportedContact", examples=[])
class ReportedContact(ContactValues):
    """Either ``id``, or ``email`` with any other fields of a contact."""

    id = serializers.IntegerField(required=False, min_value=1)


class UtmValues(serializers.Serializer):
    source = Text(200)
    medium = Text(200)
    campaign = Text(200)
    term = Text(200)
    content = Text(200)


@extend_schema_field({"type": ["object", "null"], "description": "At most 8 KB."})
class Properties(serializers.JSONField):
    """Whatever the source has to say."""


@extend_schema_field(
    {
        "type": ["number", "string", "null"],
        "pattern": r"^-?\d{1,12}(\.\d{1,2})?$",
        "description": "With at most two decimal places; as text it stays exact.",
    }
)
class Value(serializers.DecimalField):
    """An amount of money."""


@extend_schema_serializer(
    component_name="InteractionValues",
    examples=[
        OpenApiExample("Asked for a demo", value=DEMO_REQUEST, request_only=True)
    ],
)
class InteractionValues(serializers.Serializer):
    """Describes bodies. They are checked by ``journeys.reading`` alone."""

    contact = ReportedContact()
    kind = serializers.SlugField(max_length=40)
    occurred_at = serializers.DateTimeField(
        required=False, allow_null=True, help_text="Now, if left out."
    )
    channel = serializers.ChoiceField(
        choices=Channel.choices, required=False, allow_null=True
    )
    source = serializers.CharField(
        max_length=80,
        required=False,
        allow_null=True,
        help_text="The token's name, if left out.",
    )
    event_id = serializers.CharField(
        max_length=120,
        required=False,
        allow_null=True,
        allow_blank=True,
        help_text="The source's own: what comes again is not counted again.",
    )
    url = Text(2000)
    title = Text(300)
    utm = UtmValues(required=False, allow_null=True)
    value = Value(max_digits=14, decimal_places=2, required=False, allow_null=True)
    properties = Properties(required=False, allow_null=True)


@extend_schema_serializer(
    component_name="InteractionBatch",
    examples=[OpenApiExample("Two of a webinar", value=BATCH, request_only=True)],
)
class InteractionBatch(serializers.Serializer):
    items = serializers.ListField(child=InteractionValues(), max_length=5_000)


class RejectedInteraction(serializers.Serializer):
    index = serializers.IntegerField()
    errors = Fault(many=True)


@extend_schema_serializer(
    examples=[
        OpenApiExample("One refused", value=BATCH_ANSWER, response_only=True),
    ]
)
class InteractionBatchAnswer(serializers.Serializer):
    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    rejected = serializers.IntegerField()
    errors = RejectedInteraction(many=True)


class InteractionContact(serializers.Serializer):
    id = serializers.IntegerField()
    email = serializers.CharField()


class Utm(serializers.Serializer):
    source = serializers.CharField(required=False)
    medium = serializers.CharField(required=False)
    campaign = serializers.CharField(required=False)
    term = serializers.CharField(required=False)
    content = serializers.CharField(required=False)


@extend_schema_serializer(
    component_name="Interaction",
    examples=[OpenApiExample("Asked for a demo", value=STORED, response_only=True)],
)
class InteractionShape(serializers.Serializer):
    """Describes answers."""

    id = serializers.UUIDField()
    contact = InteractionContact(allow_null=True)
    kind = serializers.SlugField(max_length=40)
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    channel = serializers.ChoiceField(choices=Channel.choices)
    source = serializers.CharField()
    event_id = serializers.CharField()
    url = serializers.CharField()
    title = serializers.CharField()
    utm = Utm(allow_null=True)
    value = serializers.DecimalField(max_digits=14, decimal_places=2, allow_null=True)
    properties = Properties(allow_null=True)
    measure = serializers.IntegerField(allow_null=True)
    link = serializers.IntegerField(allow_null=True)
    by = serializers.IntegerField(allow_null=True)
    is_machine = serializers.BooleanField()
    machine_reason = serializers.CharField()
