"""Which measure brought a contact: counted beforehand, or as it is of who is marked."""

from __future__ import annotations

from django.db.models import BigIntegerField, Case, Exists, F, Q, QuerySet, When

from contacts.origin_filters import first_measure
from insights.models import RollupState
from insights.selectors.rollups import marked_contacts, zone_name
from journeys.models import Measure


def with_origin(rows: QuerySet, contact_path: str) -> QuerySet:
    """With ``origin``, the measure that brought the contact of each row, if one did."""
    path = "" if contact_path == "pk" else f"{contact_path}__"
    counted = RollupState.objects.filter(is_complete=True, zone=zone_name())
    is_marked = Q(**{f"{contact_path}__in": marked_contacts()})
    origin = Case(
        When(~Exists(counted) | is_marked, then=first_measure(contact_path)),
        default=F(f"{path}arrival__measure_id"),
        output_field=BigIntegerField(),
    )
    return rows.alias(origin=origin)


def brought_by(rows: QuerySet, origin: str, contact_path: str) -> QuerySet:
    """What ``contacts.origin_filters.OriginFilters.by_origin`` leaves of ``rows``."""
    rows = with_origin(rows, contact_path)
    if origin == "any":
        return rows.filter(origin__isnull=False)
    kind, _colon, number = origin.rpartition(":")
    if kind:
        measures = Measure.objects.filter(phase__journey=int(number))
        return rows.filter(origin__in=measures.values("pk"))
    return rows.filter(origin=int(number))
