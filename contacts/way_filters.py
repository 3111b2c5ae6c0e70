"""How contacts went through a journey: the filters that its health links to.

What is counted is a *way*: the phases of one journey that a contact entered, in order.
``moved_in`` with its moments picks the contacts; ``skipped``, ``repeated``, ``went``
and ``way`` look at their ways up to ``moved_before``. Visits and interactions belong to
an app above; they are reached by the names that their tables give the way back.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django import forms
from django.core.validators import RegexValidator
from django.db.models import Exists, Manager, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy

from contacts.models.contact import Contact
from contacts.origin_filters import NumberFilter
from contacts.period_filters import LOST, MomentFilter, PeriodFilters

YES_OR_NO = [("true", gettext_lazy("Yes")), ("false", gettext_lazy("No"))]
# In place of a phase: where a way begins.
START = 0
LONGEST = 30


def _visits() -> Manager:
    return Contact.phase_visits.rel.related_model._default_manager


def _touches() -> Manager:
    return Contact.interactions.rel.related_model._default_manager


def _phases() -> Manager:
    return _pointed_at(_visits(), "phase")


def _journeys() -> Manager:
    return _pointed_at(_phases(), "journey")


def _measures() -> Manager:
    return _pointed_at(_touches(), "measure")


def _pointed_at(rows: Manager, name: str) -> Manager:
    return rows.model._meta.get_field(name).related_model._default_manager


class PhasesFilter(django_filters.Filter):
    """Numbers of phases in order, as in ``3-4-6``; 0 is where a way begins."""

    field_class = forms.CharField

    def __init__(self, *, longest: int, shortest: int = 1, **kwargs: Any) -> None:
        more = f"{{{shortest - 1},{longest - 1}}}"
        pattern = RegexValidator(rf"\A[0-9]{{1,18}}(-[0-9]{{1,18}}){more}\Z")
        super().__init__(method="together", validators=[pattern], **kwargs)


class StepFilter(django_filters.Filter):
    field_class = forms.IntegerField


class RowFilter(NumberFilter):
    """Of a table of an app above: ``rows`` gives its manager."""

    def __init__(self, rows: Callable[[], Manager], **kwargs: Any) -> None:
        self.rows = rows
        super().__init__(method="together", **kwargs)

    def named(self, number: str) -> str:
        """What the row is called, or the number of one that is not there."""
        is_number = number.isascii() and number.isdigit() and len(number) <= 18
        row = self.rows().filter(pk=number).first() if is_number else None
        return str(row or number)[:80]


def way_text(way: str) -> str:
    """ "3-4" as "Awareness → Decision"."""
    given = [n for n in way[:600].split("-") if n.isascii() and n.isdigit()]
    numbers = [int(number) for number in given if len(number) <= 18][:LONGEST]
    names = dict(_phases().filter(pk__in=numbers).values_list("pk", "name"))
    return " → ".join(names.get(number, "") for number in numbers).strip()


class WayFilters(PeriodFilters):
    """Each group holds for the same visit, or the same way, as a whole."""

    moved_in = RowFilter(_journeys, label=gettext_lazy("Moved in journey"))
    moved_since = MomentFilter(method="together", label=gettext_lazy("Moved since"))
    moved_before = MomentFilter(method="together", label=gettext_lazy("Moved before"))
    skipped = RowFilter(_phases, label=gettext_lazy("Skipped phase"))
    repeated = RowFilter(_phases, label=gettext_lazy("Came back to phase"))
    went = PhasesFilter(longest=2, shortest=2, label=gettext_lazy("Went from and to"))
    went_step = StepFilter(
        method="together",
        label=gettext_lazy("As step"),
        min_value=1,
        max_value=LONGEST,
    )
    way = PhasesFilter(longest=LONGEST, label=gettext_lazy("Way"))
    stayed_in = RowFilter(_phases, label=gettext_lazy("Was in phase"))
    stayed_since = MomentFilter(
        method="together", label=gettext_lazy("Was there since before")
    )
    stayed_until = MomentFilter(
        method="together", label=gettext_lazy("Was still there")
    )
    touched_by = RowFilter(_measures, label=gettext_lazy("Came through measure"))
    touched_since = MomentFilter(
        method="together", label=gettext_lazy("Came through it since")
    )
    touched_before = MomentFilter(
        method="together", label=gettext_lazy("Came through it before")
    )
    brought_on = django_filters.ChoiceFilter(
        choices=YES_OR_NO,
        method="together",
        label=gettext_lazy("Moved on after it"),
    )

    def filter_queryset(self, queryset: QuerySet) -> QuerySet:
        rows = super().filter_queryset(queryset)
        given = self.form.cleaned_data
        for narrow in (_by_way, _by_stay, _by_touch):
            rows = narrow(rows, given)
        return rows


def _given(**lookups: Any) -> Q:
    return Q(**{name: value for name, value in lookups.items() if value is not None})


def _later_than(position: Any) -> Q:
    return Q(phase__position__gt=position) & ~Q(phase__outcome=LOST)


def _by_way(rows: QuerySet, given: dict[str, Any]) -> QuerySet:
    journey, before = given["moved_in"], given["moved_before"]
    # In phases of the plan as it is; those that have left it are history.
    phases = _phases().filter(_given(journey=journey)).values("pk")
    scope = Q(phase__in=phases) & _given(entered_at__lt=before)
    theirs = _visits().filter(scope, contact=OuterRef("pk"))
    in_order = theirs.order_by("entered_at", "pk").values("phase")
    if journey or given["moved_since"] or before:
        moved = _given(entered_at__gte=given["moved_since"])
        rows = rows.filter(Exists(theirs.filter(moved)))
    if (number := given["repeated"]) is not None:
        rows = rows.filter(Exists(theirs.filter(phase=number).order_by("pk")[1:2]))
    if (number := given["skipped"]) is not None:
        phase = _phases().filter(pk=number).first()
        if phase is None:
            return rows.none()
        beyond = theirs.filter(
            _later_than(phase.position), phase__journey=phase.journey
        )
        rows = rows.filter(Exists(beyond), ~Exists(theirs.filter(phase=number)))
    if given["went"]:
        source, target = map(int, given["went"].split("-"))
        if (step := given["went_step"]) is not None:
            pair = {
                "was_in": in_order[step - 1 : step],
                "then_in": in_order[step : step + 1],
            }
            rows = rows.alias(**{name: Subquery(stay) for name, stay in pair.items()})
            rows = rows.filter(was_in=source, then_in=target)
        elif source == START:
            rows = rows.alias(began=Subquery(in_order[:1])).filter(began=target)
        else:
            stays = _went(source, scope)
            rows = rows.filter(Exists(stays.filter(next_phase=target)))
    if given["way"]:
        way = [int(number) for number in given["way"].split("-")]
        rows = rows.filter(~Exists(in_order[len(way) : len(way) + 1]))
        for place, number in enumerate(way):
            stay = Subquery(in_order[place : place + 1])
            rows = rows.alias(**{f"stay_{place}": stay}).filter(
                **{f"stay_{place}": number}
            )
    return rows


def _went(source: int, scope: Q) -> QuerySet:
    """Stays of a contact in a phase, with the phase that was next on their way."""
    later = Q(entered_at__gt=OuterRef("entered_at")) | Q(
        entered_at=OuterRef("entered_at"), pk__gt=OuterRef("pk")
    )
    following = _visits().filter(scope, later, contact=OuterRef("contact"))
    next_phase = following.order_by("entered_at", "pk").values("phase")[:1]
    stays = _visits().filter(scope, contact=OuterRef("pk"), phase=source)
    return stays.annotate(next_phase=Subquery(next_phase))


def _by_stay(rows: QuerySet, given: dict[str, Any]) -> QuerySet:
    """Who is in a phase, or was at ``stayed_until``, and came before ``stayed_since``."""
    phase, since, until = (
        given[name] for name in ("stayed_in", "stayed_since", "stayed_until")
    )
    if phase is None and since is None and until is None:
        return rows
    is_there = Q(left_at=None)
    if until is not None:
        is_there = Q(is_there | Q(left_at__gte=until), entered_at__lt=until)
    stays = _visits().filter(
        is_there, _given(phase=phase, entered_at__lt=since), contact=OuterRef("pk")
    )
    return rows.filter(Exists(stays))


def _by_touch(rows: QuerySet, given: dict[str, Any]) -> QuerySet:
    """Whom a measure touched; who came into a phase later than its own after that."""
    measure, since, before = (
        given[name] for name in ("touched_by", "touched_since", "touched_before")
    )
    if measure is None:
        return rows
    touches = _touches().filter(
        _given(occurred_at__gte=since, occurred_at__lt=before),
        contact=OuterRef("pk"),
        measure=measure,
        is_machine=False,
    )
    if not given["brought_on"]:
        return rows.filter(Exists(touches))
    later = _visits().filter(
        _later_than(OuterRef("measure__phase__position")),
        _given(entered_at__lt=before),
        contact=OuterRef("contact"),
        phase__journey=OuterRef("measure__phase__journey"),
        entered_at__gte=OuterRef("occurred_at"),
    )
    led = Exists(touches.filter(Exists(later)))
    if given["brought_on"] == "true":
        return rows.filter(led)
    return rows.filter(Exists(touches), ~led)
