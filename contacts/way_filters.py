"""How contacts went through a journey: the filters that its health links to.

What is counted is a *way*: the phases of one journey that a contact entered, in order.
``moved_in`` with its moments picks the contacts; ``skipped``, ``repeated``, ``went``
and ``way`` look at their ways up to ``moved_before``. Visits and interactions belong to
an app above; they are reached by the names that their tables give the way back.
"""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.core.validators import RegexValidator
from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy

from contacts.models.contact import Contact
from contacts.period_filters import MomentFilter, NumberFilter, PeriodFilters

YES_OR_NO = [("true", gettext_lazy("Yes")), ("false", gettext_lazy("No"))]
# Where deals end that were lost: no step of the way, whatever its position.
LOST = "lost"
# In place of a phase: where a way begins.
START = 0


class PhasesFilter(django_filters.Filter):
    """Numbers of phases in order, as in ``3-4-6``; 0 is where a way begins."""

    field_class = forms.CharField

    def __init__(self, *, longest: int, shortest: int = 1, **kwargs: Any) -> None:
        more = f"{{{shortest - 1},{longest - 1}}}"
        pattern = RegexValidator(rf"\A[0-9]{{1,18}}(-[0-9]{{1,18}}){more}\Z")
        super().__init__(method="together", validators=[pattern], **kwargs)


class RowFilter(NumberFilter):
    """Of a phase, a journey or a measure."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(method="together", min_value=1, max_value=2**63 - 1, **kwargs)


class WayFilters(PeriodFilters):
    """Each group holds for the same visit, or the same way, as a whole."""

    moved_in = RowFilter(label=gettext_lazy("Moved in journey"))
    moved_since = MomentFilter(method="together", label=gettext_lazy("Moved since"))
    moved_before = MomentFilter(method="together", label=gettext_lazy("Moved before"))
    skipped = RowFilter(label=gettext_lazy("Skipped phase"))
    repeated = RowFilter(label=gettext_lazy("Came back to phase"))
    went = PhasesFilter(longest=2, shortest=2, label=gettext_lazy("Went from and to"))
    way = PhasesFilter(longest=30, label=gettext_lazy("Way"))
    moved_on = django_filters.ChoiceFilter(
        choices=YES_OR_NO,
        method="together",
        label=gettext_lazy("Moved on from there"),
    )
    stayed_in = RowFilter(label=gettext_lazy("Was in phase"))
    stayed_since = MomentFilter(
        method="together", label=gettext_lazy("Was there since before")
    )
    stayed_until = MomentFilter(
        method="together", label=gettext_lazy("Was still there")
    )
    touched_by = RowFilter(label=gettext_lazy("Came through measure"))
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
        for narrow in (_by_way, _by_moving_on, _by_stay, _by_touch):
            rows = narrow(rows, given)
        return rows


def _visits() -> Any:
    return Contact.phase_visits.rel.related_model._default_manager


def _phase(number: int) -> Model | None:
    phases = Contact.phase_visits.rel.related_model._meta.get_field("phase")
    return phases.related_model._default_manager.filter(pk=number).first()


def _given(**lookups: Any) -> Q:
    return Q(**{name: value for name, value in lookups.items() if value is not None})


def _later_than(position: Any) -> Q:
    return Q(phase__position__gt=position) & ~Q(phase__outcome=LOST)


def _by_way(rows: QuerySet, given: dict[str, Any]) -> QuerySet:
    journey, before = given["moved_in"], given["moved_before"]
    scope = _given(phase__journey=journey, entered_at__lt=before)
    theirs = _visits().filter(scope, contact=OuterRef("pk"))
    in_order = theirs.order_by("entered_at", "pk").values("phase")
    if journey or given["moved_since"] or before:
        moved = _given(entered_at__gte=given["moved_since"])
        rows = rows.filter(Exists(theirs.filter(moved)))
    if (number := given["repeated"]) is not None:
        rows = rows.filter(Exists(theirs.filter(phase=number).order_by("pk")[1:2]))
    if (number := given["skipped"]) is not None:
        phase = _phase(number)
        if phase is None:
            return rows.none()
        beyond = theirs.filter(
            _later_than(phase.position), phase__journey=phase.journey
        )
        rows = rows.filter(Exists(beyond), ~Exists(theirs.filter(phase=number)))
    if given["went"]:
        source, target = map(int, given["went"].split("-"))
        if source == START:
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


def _by_moving_on(rows: QuerySet, given: dict[str, Any]) -> QuerySet:
    """Of who entered ``entered_phase``: came into a later phase since, or did not."""
    if not given["moved_on"]:
        return rows
    end = given["entered_before"]
    later = _visits().filter(
        _later_than(OuterRef("phase__position")),
        _given(entered_at__lt=end),
        contact=OuterRef("contact"),
        phase__journey=OuterRef("phase__journey"),
        entered_at__gte=OuterRef("entered_at"),
    )
    stays = _visits().filter(
        _given(
            phase=given["entered_phase"],
            entered_at__gte=given["entered_since"],
            entered_at__lt=end,
        ),
        contact=OuterRef("pk"),
    )
    left = Exists(stays.filter(Exists(later)))
    if given["moved_on"] == "true":
        return rows.filter(left)
    return rows.filter(Exists(stays), ~left)


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
    touches = Contact.interactions.rel.related_model._default_manager.filter(
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
