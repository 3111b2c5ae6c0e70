"""Where contacts came from and which journey they are on: for every list of them.

Figures are counted by journey and by measure; the lists they link to are narrowed by
the same words, lists of contacts as those of what belongs to contacts. Visits and
interactions belong to apps above; they are reached by the names that their tables give
the way back.
"""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from contacts.models.contact import Contact

LARGEST = 2**63 - 1


class NumberFilter(django_filters.Filter):
    """Of a row."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=1, max_value=LARGEST, **kwargs)


class _Origin(forms.RegexField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(regex=r"\A(any|(journey:)?[0-9]{1,18})\Z", **kwargs)


class OriginFilter(django_filters.Filter):
    """The number of a measure, ``any``, or ``journey:`` and the number of one."""

    field_class = _Origin


class OriginFilters(django_filters.FilterSet):
    """``contact_path`` is the way from a row to its contact."""

    contact_path = "contact"

    journey = NumberFilter(method="by_journey", label=_("Was on the journey"))
    brought_by = OriginFilter(method="by_origin", label=_("Brought by the measure"))

    def by_journey(self, rows: QuerySet, name: str, value: int) -> QuerySet:
        """Those whose contact has been in one of its phases."""
        visits = Contact.phase_visits.rel.related_model._default_manager
        theirs = visits.filter(
            contact=OuterRef(self.contact_path), phase__journey=value
        )
        return rows.filter(Exists(theirs))

    def by_origin(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        """Those whose contact's first touch by a person came by the measure."""
        if value == "any":
            origin = first_touch(self.contact_path)
            return rows.alias(origin=origin).filter(origin__isnull=False)
        kind, _colon, number = value.rpartition(":")
        path = "measure__phase__journey" if kind else "measure"
        origin = first_touch(self.contact_path, path)
        return rows.alias(origin=origin).filter(origin=int(number))


def first_touch(contact_path: str, path: str = "measure") -> Subquery:
    """Of the first touch by a person of the contact that a row is about: its measure."""
    touches = Contact.interactions.rel.related_model._default_manager
    theirs = touches.by_people().filter(contact=OuterRef(contact_path))
    return Subquery(theirs.order_by("occurred_at", "pk").values(path)[:1])


def name_of(parameter: str, value: Any) -> str:
    """Of the journey, measure or phase that is asked for; its number if there is none.

    Of a phase also if it has left the plan.
    """
    if value == "any":
        return str(_("any"))
    visits = Contact.phase_visits.rel.related_model
    touches = Contact.interactions.rel.related_model
    phases = visits._meta.get_field("phase").related_model
    kind, _colon, number = str(value).rpartition(":")
    if parameter in ("phase", "entered_phase"):
        model = phases
    elif kind or parameter == "journey":
        model = phases._meta.get_field("journey").related_model
    else:
        model = touches._meta.get_field("measure").related_model
    if not number.isascii() or not number.isdigit() or len(number) > 18:
        return number[:80]
    return str(model._base_manager.filter(pk=int(number)).first() or number)
