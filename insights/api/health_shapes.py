"""What ``journeys/{id}/health/`` answers, for its schema."""

from __future__ import annotations

from drf_spectacular.utils import (
    OpenApiExample,
    extend_schema_serializer,
    inline_serializer,
)
from rest_framework import serializers

from insights.selectors.findings.record import CODES, WEAKEST, Severity
from insights.selectors.flow import MOST, Kind

FLAW = {
    "code": "weakest_step",
    "severity": "medium",
    "phase": 2,
    "measure": None,
    "sentence": "Weakest step: from Consideration 38 % move on to Decision or later, "
    "38 of 100.",
    "change": "It was 47 % in the period before.",
    "value": 38.0,
    "before": 47.0,
    "unit": "%",
    "contacts": 62,
    "url": "/contacts/?entered_phase=2&moved_on=false",
}
EXAMPLE = {
    "journey": {"id": 1, "name": "Business customers"},
    "since": "2026-02-03T00:00:00+01:00",
    "until": "2026-03-05T00:00:00+01:00",
    "at": "2026-03-04T10:00:00+01:00",
    "contacts": 140,
    "conformance": {"as_defined": 112, "share": 80.0, "fitness": 0.91},
    "conformance_before": {"as_defined": 90, "share": 75.0, "fitness": 0.88},
    "weakest": FLAW,
    "findings": [
        {
            **FLAW,
            "code": "stalled",
            "sentence": "45 % of the contacts in Consideration have been there longer "
            "than the 21 days planned: 27 of 60.",
            "value": 45.0,
            "before": 29.0,
            "contacts": 27,
        }
    ],
    "phases": [
        {
            "id": 2,
            "name": "Consideration",
            "entered": 100,
            "moved_on": 38,
            "share": 38.0,
            "share_before": 47.0,
            "passed": 44,
            "skipped": 6,
            "repeated": 2,
            "in_it": 60,
            "over_target": 27,
            "target_days": 21,
            "median_days": 16.5,
        }
    ],
    "measures": [
        {
            "id": 4,
            "name": "Buyer's guide",
            "phase": 2,
            "interactions": 93,
            "contacts": 31,
            "moved_on": 3,
            "cost": "1200.00",
        }
    ],
    "transitions": [
        {"from": None, "to": 1, "kind": "defined", "moves": 120, "contacts": 120},
        {"from": 1, "to": 2, "kind": "defined", "moves": 80, "contacts": 79},
    ],
    "variants": [{"phases": [1, 2], "contacts": 70, "share": 50.0, "fitness": 1.0}],
}


class FindingSerializer(serializers.Serializer):
    code = serializers.ChoiceField([WEAKEST, *CODES])
    severity = serializers.ChoiceField(
        [severity.key for severity in Severity], source="severity.key"
    )
    phase = serializers.IntegerField(source="phase.pk", allow_null=True, default=None)
    measure = serializers.IntegerField(
        source="measure.pk", allow_null=True, default=None
    )
    sentence = serializers.CharField()
    change = serializers.CharField(help_text="Against the period before, or empty.")
    value = serializers.FloatField()
    before = serializers.FloatField(allow_null=True)
    unit = serializers.CharField(help_text="'%', 'd' for days, or empty for a number.")
    contacts = serializers.IntegerField(help_text="Whom it concerns: so many as in")
    url = serializers.CharField(help_text="this list.")


ConformanceSerializer = inline_serializer(
    "HealthConformance",
    {
        "as_defined": serializers.IntegerField(help_text="Contacts."),
        "share": serializers.FloatField(allow_null=True, help_text="Of 100."),
        "fitness": serializers.FloatField(
            allow_null=True,
            help_text="Alignment-based fitness of all ways, from 0 to 1, on average.",
        ),
    },
)


@extend_schema_serializer(examples=[OpenApiExample("A month", value=EXAMPLE)])
class HealthSerializer(serializers.Serializer):
    journey = inline_serializer(
        "HealthJourney",
        {"id": serializers.IntegerField(), "name": serializers.CharField()},
    )
    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    at = serializers.DateTimeField(help_text="As of when it was counted.")
    contacts = serializers.IntegerField(
        help_text="Who entered a phase of the journey in the period."
    )
    conformance = ConformanceSerializer
    conformance_before = ConformanceSerializer
    weakest = FindingSerializer(allow_null=True)
    findings = FindingSerializer(many=True, help_text="Worst first.")
    phases = inline_serializer(
        "HealthPhase",
        {
            "id": serializers.IntegerField(),
            "name": serializers.CharField(),
            "entered": serializers.IntegerField(help_text="Contacts in the period."),
            "moved_on": serializers.IntegerField(
                help_text="Those of them who came into a later phase in it too."
            ),
            "share": serializers.FloatField(allow_null=True, help_text="Of 100."),
            "share_before": serializers.FloatField(allow_null=True),
            "passed": serializers.IntegerField(
                help_text="Contacts who were in any later phase."
            ),
            "skipped": serializers.IntegerField(
                help_text="Those of them who never were in this one."
            ),
            "repeated": serializers.IntegerField(
                help_text="Contacts who were in it more than once."
            ),
            "in_it": serializers.IntegerField(help_text="At the end of the period."),
            "over_target": serializers.IntegerField(
                help_text="Those of them who are there longer than the target time."
            ),
            "target_days": serializers.IntegerField(allow_null=True),
            "median_days": serializers.FloatField(
                allow_null=True,
                help_text="Until half have left, stays that go on included.",
            ),
        },
        many=True,
    )
    measures = inline_serializer(
        "HealthMeasure",
        {
            "id": serializers.IntegerField(),
            "name": serializers.CharField(),
            "phase": serializers.IntegerField(),
            "interactions": serializers.IntegerField(),
            "contacts": serializers.IntegerField(),
            "moved_on": serializers.IntegerField(
                help_text="Contacts who came into a phase later than its own after it."
            ),
            "cost": serializers.DecimalField(12, 2, allow_null=True),
        },
        many=True,
    )
    transitions = inline_serializer(
        "HealthTransition",
        {
            "from": serializers.IntegerField(
                allow_null=True, help_text="A phase; null is where ways begin."
            ),
            "to": serializers.IntegerField(),
            "kind": serializers.ChoiceField([kind.value for kind in Kind]),
            "moves": serializers.IntegerField(),
            "contacts": serializers.IntegerField(),
        },
        many=True,
    )
    variants = inline_serializer(
        "HealthVariant",
        {
            "phases": serializers.ListField(child=serializers.IntegerField()),
            "contacts": serializers.IntegerField(),
            "share": serializers.FloatField(help_text="Of 100."),
            "fitness": serializers.FloatField(),
        },
        many=True,
        help_text=f"The {MOST} most frequent ways.",
    )
