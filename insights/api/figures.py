"""A figure as the API says it, and what figures are asked about."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request

from insights.api.periods import period_asked_for
from insights.kpis.definitions import Figure, Group, Owner, Scope
from insights.selectors.asked_scopes import RepsNotCompared, asked_scope

FIGURE = {
    "key": "accepted",
    "label": "Acceptance rate",
    "definition": "Of the handoffs offered in the period that were answered or expired, "
    "those that a rep accepted.",
    "value": 78.3,
    "before": 71.4,
    "unit": "%",
    "group": "handoffs",
    "owner": "marketing",
    "more_is_better": True,
    "numerator": 47.0,
    "denominator": 60.0,
    "n": 60,
    "target": 75.0,
    "met": True,
    "closed": None,
    "closed_at": None,
    "reason": "",
    "list": "/sales/handoffs/?answer=answered",
    "part_list": "/sales/handoffs/?answer=accepted",
}
SCOPE_PARAMETERS = [
    OpenApiParameter(name, int, description=said)
    for name, said in (
        ("journey", "Of contacts who have been on it."),
        ("team", "Of handoffs and deals of the team."),
        ("rep", "Of theirs. Others than oneself only where reps are compared."),
        ("measure", "Of contacts whose first touch came by it."),
    )
]
SCOPE_NAMES = ("journey", "team", "rep", "measure")


class FigureSerializer(serializers.Serializer):
    key = serializers.CharField()
    label = serializers.CharField()
    definition = serializers.CharField()
    value = serializers.FloatField(
        allow_null=True, help_text="Null: nothing to count, or see `reason`."
    )
    before = serializers.FloatField(
        allow_null=True, help_text="In the period of the same kind before."
    )
    unit = serializers.CharField(
        help_text="'%', 'h', 'd', 'stars' (1 to 5), a currency, or empty for a number."
    )
    group = serializers.ChoiceField(Group.choices)
    owner = serializers.ChoiceField(Owner.choices, help_text="Which team answers.")
    more_is_better = serializers.BooleanField()
    numerator = serializers.FloatField(source="parts.numerator", allow_null=True)
    denominator = serializers.FloatField(source="parts.denominator", allow_null=True)
    n = serializers.IntegerField(source="parts.n", help_text="Of how many rows.")
    target = serializers.FloatField(
        allow_null=True, help_text="For this period; null: none is set."
    )
    met = serializers.BooleanField(source="is_met", allow_null=True)
    closed = serializers.FloatField(
        allow_null=True,
        help_text="Of a calendar month that is closed: its value then. `value` is of now.",
    )
    closed_at = serializers.DateTimeField(
        allow_null=True, help_text="Null: the period is no closed month."
    )
    reason = serializers.CharField(
        help_text="Why it says nothing of what is asked for; else empty."
    )
    list = serializers.CharField(
        source="url", help_text="The page of the rows that are counted."
    )
    part_list = serializers.CharField(
        source="part_url", help_text="Of a share, those in the numerator."
    )


def scope_asked_for(request: Request) -> Scope:
    """Raises ``InvalidValue`` and ``PermissionDenied``."""
    period = period_asked_for(request)
    try:
        return asked_scope(request.query_params, user=request.user, period=period)
    except RepsNotCompared as refusal:
        raise PermissionDenied(str(refusal), code=refusal.code) from refusal


def figure_of(found: Figure) -> dict[str, object]:
    return dict(FigureSerializer(found).data)
