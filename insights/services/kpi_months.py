"""Closing months, so that history does not change under people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.models import Contact
from insights.kpis.definitions import Kpi, Parts, Scope
from insights.kpis.registry import KPIS
from insights.models import FigureSettings, KpiMonth
from insights.selectors.kpi_months import MONTHS
from insights.selectors.kpi_scopes import Whose, everybody, scope_key
from insights.selectors.periods import Period, last_months, month_of
from insights.selectors.phase_figures import parts_of_phases
from leadhub.errors import InvalidValue

# A run of the sweep closes no more figures than that.
MOST = 250
# How many months of single reps are kept, the running one among them: what people did
# at work is theirs, and two years are enough to compare one with the one before.
REP_MONTHS = 24


def freeze_due_month(*, at: datetime, most: int = MOST) -> int:
    """Close what is due and not closed of the latest month that has any; how much it is.

    One month a call, and ``most`` figures, so that a year of history is closed by and
    by and other work of the worker goes on between. Which months are due: the last
    twelve that have been over for as many days as is laid down, back to the first
    contact. Repeating it, also at the same time, changes nothing.
    """
    whose = everybody()
    closed = _closed()
    for month in _due(at=at):
        lacking = [
            row
            for row in _of_month(whose, month, at=at)
            if closed[month.first, row.key] < len(row.kpis)
        ]
        if lacking and (missing := _missing(month, lacking, at=at)):
            return _freeze(missing[:most], at=at)
    return 0


def freeze_month(*, month: date, at: datetime) -> int:
    """Close the calendar month of ``month``; how many figures were not closed yet.

    Raises ``InvalidValue`` for one that is not over.
    """
    period = month_of(month, at=at)
    if period.last >= timezone.localdate(at) or month > timezone.localdate(at):
        raise InvalidValue(_("This month is not over."), attr="month")
    whose = _of_month(everybody(), period, at=at)
    return _freeze(_missing(period, whose, at=at), at=at)


def erase_old_rep_months(*, at: datetime) -> int:
    """Erase closed figures of single reps of more than two years ago; how many it was.

    Those of the house, of journeys, teams, measures and phases stay.
    """
    old = KpiMonth.objects.filter(month__lt=_reps_since(at), scope__startswith="rep:")
    return old.delete()[0]


def _reps_since(at: datetime) -> date:
    return last_months(REP_MONTHS, at=at)[0].first


def _due(*, at: datetime) -> Iterator[Period]:
    """The latest first."""
    first = Contact.objects.order_by("created_at").values_list("created_at", flat=True)
    begun = first.first()
    if begun is None:
        return
    waits = timedelta(days=FigureSettings.current().freeze_after_days)
    for month in reversed(last_months(MONTHS + 1, at=at)):
        is_over = month.last < timezone.localdate(at - waits)
        if is_over and month.until > begun:
            yield month


def _closed() -> Counter[tuple[date, str]]:
    """How many figures of a month are closed, by whose they are; one query."""
    rows = KpiMonth.objects.filter(kpi__in=KPIS).values_list("month", "scope")
    counts = rows.annotate(count=Count("pk")).order_by()
    return Counter({(month, scope): count for month, scope, count in counts})


def _of_month(whose: Iterable[Whose], month: Period, *, at: datetime) -> list[Whose]:
    """Who was there in the month, without reps whose figures would be erased again."""
    is_old = month.first < _reps_since(at)
    return [
        row
        for row in whose
        if (row.begun is None or row.begun < month.until)
        and not (is_old and row.name == "rep")
    ]


def _missing(
    month: Period, whose: Iterable[Whose], *, at: datetime
) -> list[tuple[Kpi, Scope]]:
    """What is to be counted; one query for what is known."""
    rows = KpiMonth.objects.filter(month=month.first)
    known = set(rows.values_list("kpi", "scope"))
    return [
        (kpi, row.during(month, at=at))
        for row in whose
        for kpi in row.kpis
        if (kpi.key, row.key) not in known
    ]


def _freeze(missing: list[tuple[Kpi, Scope]], *, at: datetime) -> int:
    rows = []
    of_phases: dict[int, dict[int, dict[str, Parts]]] = {}
    for kpi, scope in missing:
        if scope.phase is None:
            parts = kpi.parts(scope)
        else:
            journey = scope.phase.journey_id
            if journey not in of_phases:
                of_phases[journey] = parts_of_phases(scope.phase.journey, scope)
            parts = of_phases[journey][scope.phase.pk][kpi.key]
        rows.append(
            KpiMonth(
                kpi=kpi.key,
                month=scope.period.first,
                scope=scope_key(scope) or "",
                value=parts.value,
                numerator=parts.numerator,
                denominator=parts.denominator,
                n=parts.n,
                version=kpi.version,
                frozen_at=at,
            )
        )
    # Who closes it first wins; another one at the same time has counted in vain.
    KpiMonth.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
