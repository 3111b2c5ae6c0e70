"""What figures should come to."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from insights.kpis.definitions import Figure, Kpi, Scope
from insights.kpis.registry import KPIS
from insights.models import KpiTarget
from insights.selectors.kpi_scopes import scope_key, sees_all
from insights.selectors.periods import Period


def with_targets(figures: Iterable[Figure], scope: Scope) -> list[Figure]:
    """The figures with what is aimed at in their period. One query.

    A target is that of the month in which the period ends. Of what adds up it is meant
    for a month, and shared out over days. Who sees a part of the rows is not held
    against what is aimed at with all of them.
    """
    key = scope_key(scope)
    if key is None:
        return list(figures)
    rows = KpiTarget.objects.filter(scope=key, valid_from__lte=scope.period.last)
    latest = dict(rows.order_by("valid_from", "pk").values_list("kpi", "value"))
    return [
        replace(figure, target=target_during(KPIS[figure.key], value, scope.period))
        if (value := latest.get(figure.key)) is not None
        and not figure.reason
        and sees_all(KPIS[figure.key], scope)
        else figure
        for figure in figures
    ]


def target_during(kpi: Kpi, value: float, period: Period) -> float:
    return value * months_in(period) if kpi.is_sum else value


def months_in(period: Period) -> float:
    """How many months a period has, by days: 15 days of June are half a one."""
    day, end, found = period.first, period.last + timedelta(days=1), 0.0
    while day < end:
        length = monthrange(day.year, day.month)[1]
        next_month = day.replace(day=1) + timedelta(days=length)
        found += (min(next_month, end) - day).days / length
        day = next_month
    return found
