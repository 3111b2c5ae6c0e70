"""What the pages of figures show, beside the registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.permissions import scope as rows_for
from insights.kpis.definitions import SAME, Figure, Group, Kpi, Owner, Parts, Scope
from insights.kpis.groups import GROUPINGS
from insights.kpis.registry import KPIS, figure, figures
from insights.kpis.ways import CountsEach
from insights.kpis.words import figure_text, is_gone, target_text, value_text
from insights.selectors.asked_scopes import MODELS, compares_reps
from insights.selectors.kpi_months import frozen_trends, with_closed
from insights.selectors.kpi_scopes import reps_ever
from insights.selectors.phase_figures import is_followed, parts_of_phase
from insights.selectors.targets import with_targets
from journeys.models import Measure

# Of one dimension, on the page of a KPI.
MOST_ROWS = 50
KEYS = [key for key, kpi in KPIS.items() if not kpi.needs_phase]


@dataclass(frozen=True, slots=True)
class Line:
    """A figure on the page, and the months of it that are closed."""

    figure: Figure
    trend: list[tuple[date, float]]

    @property
    def owner(self) -> str:
        return str(Owner(self.figure.owner).label)

    @property
    def is_of_now(self) -> bool:
        """Whatever the period is."""
        return KPIS[self.figure.key].is_of_now


@dataclass(frozen=True, slots=True)
class Section:
    label: str
    lines: list[Line]


@dataclass(frozen=True, slots=True)
class Slice:
    """A figure of one journey, team, rep or measure."""

    row: Model
    figure: Figure


def all_figures(scope: Scope) -> list[Figure]:
    """Every figure but those that need a phase, with targets, and as they were closed."""
    return with_closed(with_targets(figures(KEYS, scope), scope), scope)


def figure_asked(kpi: Kpi, scope: Scope) -> Figure:
    """One figure with its target, and as its month was closed."""
    both: list[Parts | None] = [None, None]
    if kpi.needs_phase and is_followed(scope):
        periods = [scope.period, scope.period.before()]
        both = list(parts_of_phase(kpi, scope, periods).values())
    found = figure(kpi.key, scope, parts=both[0], before=both[1])
    return with_closed(with_targets([found], scope), scope)[0]


def sections(found: Sequence[Figure], scope: Scope) -> list[Section]:
    trends = frozen_trends([KPIS[key] for key in KEYS], scope)
    return [
        Section(str(group.label), lines)
        for group in Group
        if (
            lines := [
                Line(row, trends.get(row.key, []))
                for row in found
                if row.group == group
            ]
        )
    ]


def choices(scope: Scope) -> dict[str, list[Model]]:
    """Dimension -> what a page can be narrowed to by ``scope.viewer``."""
    user = scope.viewer
    found: dict[str, list[Model]] = {}
    for name in ("journey", "team", "rep", "measure"):
        rows = rows_for(user, MODELS[name], "read")
        if name == "rep":
            rows = reps_ever(rows).order_by("first_name", "last_name", "pk")
            if not compares_reps(user):
                rows = rows.filter(pk=user.pk)
        else:
            rows = rows.order_by("name", "pk")
        if name == "journey":
            rows = rows.live()
        if name == "measure":
            rows = rows.select_related("phase")
        found[name] = list(rows)
    return found


def slices(kpi: Kpi, scope: Scope, name: str, rows: Iterable[Model]) -> list[Slice]:
    """The figure of each of ``rows``, the best first; none where it says nothing."""
    if name in scope.dimensions or name in kpi.lacks or kpi.needs_phase:
        return []
    counted = None
    if name in GROUPINGS and isinstance(kpi.way, CountsEach):
        counted = kpi.way.each(kpi, scope, name)
    found = [
        Slice(
            row,
            figure(
                kpi.key,
                replace(scope, **{name: row}),
                compares=False,
                parts=None if counted is None else counted[row.pk],
            ),
        )
        for row in list(rows)[:MOST_ROWS]
    ]
    known = [line for line in found if line.figure.value is not None]
    # Nothing is nothing to speak of: of measures, and of who is not here any more.
    known = [
        line
        for line in known
        if line.figure.value or not (name == "measure" or is_gone(line.row))
    ]
    sign = -1 if kpi.more_is_better else 1
    return sorted(known, key=lambda line: (sign * line.figure.value, line.row.pk))


def rest_of(kpi: Kpi, figure: Figure, slices: Sequence[Slice]) -> float | None:
    """How much of what adds up is in none of the slices; None if that is nothing.

    A contact may be on two journeys: then they come to more than the whole.
    """
    if not kpi.is_sum or not slices or figure.value is None:
        return None
    rest = figure.value - sum(line.figure.value or 0 for line in slices)
    return rest if rest > SAME * figure.value else None


def measures_of(scope: Scope) -> list[Measure]:
    rows = rows_for(scope.viewer, Measure, "read")
    if scope.journey is not None:
        rows = rows.filter(phase__journey=scope.journey)
    return list(rows.select_related("phase").order_by("name", "pk"))


def finding(found: Iterable[Figure]) -> tuple[str, Figure | None]:
    """What to say first, and of which figure: a target missed, else what got worse."""
    rows = list(found)
    if missed := [row for row in rows if row.is_met is False]:
        return "missed", max(missed, key=_shortfall)
    if worse := [row for row in rows if row.is_good is False]:
        return "worse", max(worse, key=_relative)
    if any(row.is_met for row in rows):
        return "met", None
    if better := [row for row in rows if row.is_good]:
        return "better", max(better, key=_relative)
    return "", None


def finding_text(found: Sequence[Figure]) -> str:
    """The same in a sentence."""
    kind, row = finding(found)
    missed = sum(row.is_met is False for row in found)
    sentence = {
        "missed": ngettext(
            "One target is missed: “%(name)s” is %(value)s, the target %(target)s.",
            "%(count)s targets are missed. Furthest off is “%(name)s”: %(value)s, "
            "the target is %(target)s.",
            missed,
        ),
        "worse": _("“%(name)s” got worse most: %(value)s, it was %(before)s."),
        "met": _("All targets are met, and nothing got worse."),
        "better": _(
            "Nothing got worse. “%(name)s” got better most: %(value)s, it was %(before)s."
        ),
        "": _("The period before has nothing to compare with.")
        if any(row.value for row in found)
        else _("Nothing happened in this period. Figures appear with contacts."),
    }[kind]
    if row is None:
        return sentence
    return sentence % {
        "name": row.label,
        "count": missed,
        "value": value_text(row),
        "before": figure_text(row.before, row.unit),
        "target": target_text(row),
    }


def _shortfall(row: Figure) -> float:
    """How far from its target, of the target."""
    target, value = row.target or 0.0, row.value or 0.0
    return abs(value - target) / max(abs(target), 1e-9)


def _relative(row: Figure) -> float:
    """How much it changed, of what it was."""
    before, value = row.before or 0.0, row.value or 0.0
    return abs(value - before) / max(abs(before), 1e-9)
