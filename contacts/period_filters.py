"""What happened to contacts in a period: the filters that figures link to.

A figure counts what happened from one moment up to another, and links to the list of
those contacts. Both moments must hold for the same crossing or visit.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.utils.translation import gettext_lazy
from django_filters.fields import IsoDateTimeField

from contacts.models.contact import Contact
from contacts.origin_filters import NumberFilter

# The outcome of the phase where deals end that were lost.
LOST = "lost"


class _Moment(IsoDateTimeField):
    """A moment that every zone and both databases can name."""

    def clean(self, value: Any) -> Any:
        try:
            moment = super().clean(value)
        except OverflowError:
            raise self._refusal() from None
        if moment and not 1 < moment.year < 9999:
            raise self._refusal()
        # Zones that Python can subtract are more than PostgreSQL can read.
        return moment and moment.astimezone(UTC)

    def _refusal(self) -> forms.ValidationError:
        return forms.ValidationError(self.error_messages["invalid"], code="invalid")


class MomentFilter(django_filters.Filter):
    field_class = _Moment


class PeriodFilters(django_filters.FilterSet):
    """Up to and without the moment that ``..._before`` names.

    Crossings and visits belong to apps above; they are reached by the names that their
    tables give the way back.
    """

    created_since = MomentFilter(
        field_name="created_at",
        lookup_expr="gte",
        label=gettext_lazy("Created since"),
    )
    created_before = MomentFilter(
        field_name="created_at",
        lookup_expr="lt",
        label=gettext_lazy("Created before"),
    )
    crossed_since = MomentFilter(
        method="together", label=gettext_lazy("Became sales-ready since")
    )
    crossed_before = MomentFilter(
        method="together", label=gettext_lazy("Became sales-ready before")
    )
    entered_phase = NumberFilter(method="together", label=gettext_lazy("Entered phase"))
    entered_since = MomentFilter(
        method="together", label=gettext_lazy("Entered phase since")
    )
    entered_before = MomentFilter(
        method="together", label=gettext_lazy("Entered phase before")
    )
    moved_on = django_filters.ChoiceFilter(
        choices=[("true", gettext_lazy("Yes")), ("false", gettext_lazy("No"))],
        method="together",
        label=gettext_lazy("Moved on to a later phase"),
    )

    def together(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        """Not by itself: see ``filter_queryset``."""
        return rows

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        rows = super().filter_queryset(queryset)
        given = self.form.cleaned_data
        visits = {
            "phase": given["entered_phase"],
            "entered_at__gte": given["entered_since"],
            "entered_at__lt": given["entered_before"],
        }
        crossings = {
            "at__gte": given["crossed_since"],
            "at__lt": given["crossed_before"],
        }
        model = Contact.phase_visits.rel.related_model
        rows = _with(rows, model, visits)
        if given["moved_on"]:
            later = _later(model, given["entered_before"])
            left = Exists(_theirs(model, visits).filter(later))
            rows = rows.filter(left if given["moved_on"] == "true" else ~left)
        return _with(rows, Contact.crossings.rel.related_model, crossings)


def _later(visits: type[Model], before: datetime | None) -> Exists:
    """Of a visit: that its contact came to a later phase of the journey since.

    Up to ``before``: a period counts what happened in it. To where lost deals end
    nobody moves on.
    """
    phases = visits._meta.get_field("phase").related_model
    later = visits._default_manager.filter(
        contact=OuterRef("contact"),
        phase__in=phases._default_manager.values("pk"),
        phase__journey=OuterRef("phase__journey"),
        phase__position__gt=OuterRef("phase__position"),
        entered_at__gte=OuterRef("entered_at"),
        **({"entered_at__lt": before} if before else {}),
    )
    return Exists(later.exclude(phase__outcome=LOST))


def _theirs(model: type[Model], wanted: dict[str, Any]) -> QuerySet:
    """Of a contact's rows of ``model`` those for which all of ``wanted`` hold."""
    given = {name: value for name, value in wanted.items() if value is not None}
    return model._default_manager.filter(contact=OuterRef("pk"), **given)


def _with(rows: QuerySet, model: type[Model], wanted: dict[str, Any]) -> QuerySet:
    """Those that have one; all, if nothing is wanted."""
    if all(value is None for value in wanted.values()):
        return rows
    return rows.filter(Exists(_theirs(model, wanted)))
