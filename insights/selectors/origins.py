"""Which measure brought a contact: counted beforehand, or as it is of who is marked."""

from __future__ import annotations

from typing import Any

from django.db.models import (
    BigIntegerField,
    BooleanField,
    Case,
    Exists,
    ExpressionWrapper,
    F,
    Q,
    QuerySet,
    When,
)

from contacts.origin_filters import first_touch
from insights.models import Arrival, RollupState
from insights.selectors.rollups import marked_contacts, zone_name
from journeys.models import Measure


def with_origin(rows: QuerySet, contact_path: str) -> QuerySet:
    """With ``origin``, the measure that brought the contact of each row, if one did."""
    path = "" if contact_path == "pk" else f"{contact_path}__"
    origin = Case(
        When(_is_uncounted(contact_path), then=first_touch(contact_path)),
        default=F(f"{path}arrival__measure_id"),
        output_field=BigIntegerField(),
    )
    return rows.alias(origin=origin)


def brought_by(rows: QuerySet, origin: str, contact_path: str) -> QuerySet:
    """What ``contacts.origin_filters.OriginFilters.by_origin`` leaves of ``rows``."""
    lookup, value = _asked(origin)
    counted = Arrival.objects.filter(**{f"measure_id{lookup}": value})
    # Looked for as a set: joined to each row it took several times as long.
    is_among = Q(**{f"{contact_path}__in": counted.values("pk")})
    is_theirs = Case(
        When(_is_uncounted(contact_path), then=_truth(Q(**{f"fact{lookup}": value}))),
        default=_truth(is_among),
        output_field=BooleanField(),
    )
    return rows.alias(fact=first_touch(contact_path)).filter(is_theirs)


def _asked(origin: str) -> tuple[str, Any]:
    """How a measure is compared, and with what."""
    if origin == "any":
        return "__isnull", False
    kind, _colon, number = origin.rpartition(":")
    if kind:
        measures = Measure.objects.filter(phase__journey=int(number))
        return "__in", measures.values("pk")
    return "", int(number)


def _is_uncounted(contact_path: str) -> Q:
    counted = RollupState.objects.filter(is_complete=True, zone=zone_name())
    return ~Exists(counted) | Q(**{f"{contact_path}__in": marked_contacts()})


def _truth(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, output_field=BooleanField())
