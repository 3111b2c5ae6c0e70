"""Months of figures: as they were closed, and what a count of today would say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from insights.kpis.definitions import Figure, Kpi, Parts, Scope, is_other
from insights.kpis.groups import MONTH
from insights.kpis.registry import KPIS
from insights.kpis.ways import CountsEach
from insights.models import KpiMonth
from insights.selectors.kpi_scopes import is_kept, scope_key
from insights.selectors.periods import Period, last_months
from insights.selectors.phase_figures import is_followed, parts_of_phase

MONTHS = 12


@dataclass(frozen=True, slots=True)
class MonthFigure:
    """A calendar month. ``value`` is what was closed, else what is counted now."""

    period: Period
    value: float | None
    frozen_at: datetime | None = None
    # What a count of today says of a month that is closed.
    now: float | None = None
    is_recounted: bool = False
    # Closed by an earlier definition.
    is_other_definition: bool = False

    @property
    def month(self) -> date:
        return self.period.first

    @property
    def has_changed(self) -> bool:
        """Facts of the month came, went or changed after it was closed."""
        is_closed = self.frozen_at is not None and self.is_recounted
        return is_closed and is_other(self.value, self.now)


def months_of(
    kpi: Kpi, scope: Scope, *, recounts: bool = True, count: int = MONTHS
) -> list[MonthFigure]:
    """The last calendar months, the running one last; none of what is about now.

    From the first that is closed or has anything on.

    Months that are not kept are counted as of now. With ``recounts`` the closed ones
    are counted too, to tell what has changed since.
    """
    if kpi.is_of_now or kpi.reason_against(scope):
        return []
    months = last_months(count, at=scope.at)
    frozen: dict[date, KpiMonth] = {}
    if is_kept(kpi, scope):
        rows = KpiMonth.objects.filter(
            kpi=kpi.key, scope=scope_key(scope), month__gte=months[0].first
        )
        frozen = {row.month: row for row in rows}
    asked = [month for month in months if recounts or month.first not in frozen]
    counted = counted_months(kpi, scope, asked)
    found = [
        _month(kpi, month, counted.get(month.first), frozen.get(month.first))
        for month in months
    ]
    # What was before anything was counted says nothing.
    while len(found) > 1 and not found[0].value and found[0].frozen_at is None:
        del found[0]
    return found


def with_closed(figures: Iterable[Figure], scope: Scope) -> list[Figure]:
    """The figures of a calendar month with what they were when it was closed.

    One query; none for any other period.
    """
    key, month = scope_key(scope), scope.period.month
    if key is None or month is None:
        return list(figures)
    rows = KpiMonth.objects.filter(scope=key, month=month)
    found = {row.kpi: row for row in rows}
    return [
        replace(figure, closed=row.value, closed_at=row.frozen_at)
        if (row := found.get(figure.key)) and is_kept(KPIS[figure.key], scope)
        else figure
        for figure in figures
    ]


def frozen_trends(
    kpis: Iterable[Kpi], scope: Scope
) -> dict[str, list[tuple[date, float]]]:
    """Key -> the closed months of the last twelve, oldest first. One query."""
    kept = [kpi.key for kpi in kpis if is_kept(kpi, scope)]
    if not kept:
        return {}
    since = last_months(MONTHS + 1, at=scope.at)[0].first
    rows = KpiMonth.objects.filter(
        kpi__in=kept, scope=scope_key(scope), month__gte=since, value__isnull=False
    )
    found: dict[str, list[tuple[date, float]]] = defaultdict(list)
    for key, month, value in rows.order_by("month", "pk").values_list(
        "kpi", "month", "value"
    ):
        found[key].append((month, value))
    return dict(found)


def counted_months(
    kpi: Kpi, scope: Scope, months: Sequence[Period]
) -> Mapping[date, Parts]:
    """First day -> what a count of today gives; all months at once where that can be."""
    if not months:
        return {}
    if kpi.moment and isinstance(kpi.way, CountsEach):
        span = Period(months[0].since, months[-1].until)
        each = kpi.way.each(kpi, scope.during(span), MONTH)
        return {month.first: each[month.first] for month in months}
    if is_followed(scope):
        return parts_of_phase(kpi, scope, months)
    return {month.first: kpi.parts(scope.during(month)) for month in months}


def _month(
    kpi: Kpi, month: Period, counted: Parts | None, frozen: KpiMonth | None
) -> MonthFigure:
    now = None if counted is None else counted.value
    if frozen is None:
        return MonthFigure(month, now)
    return MonthFigure(
        month,
        frozen.value,
        frozen_at=frozen.frozen_at,
        now=now,
        is_recounted=counted is not None,
        is_other_definition=frozen.version != kpi.version,
    )
