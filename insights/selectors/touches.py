"""What people did with us in a period, added up from the days that are counted."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from typing import Literal

from django.db.models import Sum

from insights.models import DailyCount
from insights.selectors.periods import Period
from insights.selectors.rollups import (
    Sort,
    bounds,
    is_complete,
    marked_days,
    runs,
    there_between,
)

By = Literal["kind", "channel", "measure_id", "day", "is_machine"]


def touches(
    period: Period, by: By, *, machines: bool = False
) -> Counter[str | int | date | bool | None]:
    """How many interactions of people, or also of machines, by kind, channel or the like.

    Days of which something is not counted yet, and parts of days, are counted now.
    """
    length = (period.last - period.first).days + 1
    days = {period.first + timedelta(n) for n in range(length)}
    whole = {day for day in days if _is_whole(day, period)}
    counted = whole - marked_days() if is_complete() else set()
    found: Counter[str | int | date | bool | None] = Counter()
    for first, last in runs(days - counted, longest=len(days)):
        start, end = bounds(first, last)
        there = there_between(max(start, period.since), min(end, period.until))
        for sort, count in there.items():
            if machines or not sort.is_machine:
                found[_key(sort, by)] += count
    rows = DailyCount.objects.filter(day__gte=period.first, day__lte=period.last)
    if not machines:
        rows = rows.filter(is_machine=False)
    rows = rows.exclude(day__in=days - counted).order_by()
    for key, count in rows.values_list(by).annotate(Sum("interactions")):
        found[key] += count
    return found


def _is_whole(day: date, period: Period) -> bool:
    start, end = bounds(day, day)
    return period.since <= start and end <= period.until


def _key(sort: Sort, by: By) -> str | int | date | bool | None:
    return getattr(sort, by)
