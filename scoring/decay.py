"""What interactions are worth as time goes by: the plain form of the formula.

``counting`` does the same in one pass for many contacts; this one is for checking it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from math import exp, fsum, log


def faded_points(
    moments: Iterable[datetime],
    *,
    at: datetime,
    points: float,
    half_life: timedelta | None = None,
    max_per_day: int | None = None,
    max_points: float | None = None,
    zone: tzinfo = UTC,
) -> float:
    """What interactions at ``moments`` are worth at ``at``, under one rule.

    Each is worth ``points`` when it happens and loses half of that for every
    ``half_life`` of real time (a day has 86,400 s whatever the clocks do); without a
    ``half_life`` it keeps it. Those after ``at`` do not count.

    With ``max_per_day``, only that many of each calendar day in ``zone`` count, the
    latest. With ``max_points``, the sum is held between minus and plus that many.
    Nothing is rounded, and the order of ``moments`` does not matter.

    Raises ``ValueError`` if ``half_life`` is not positive.
    """
    if half_life is not None and half_life <= timedelta():
        raise ValueError(f"half_life must be positive, not {half_life}")
    # Two moments of one zone compare and subtract by its wall clock, which goes
    # backwards once a year. UTC has none.
    at = at.astimezone(UTC)
    days: dict[date, list[datetime]] = defaultdict(list)
    for moment in (moment.astimezone(UTC) for moment in moments):
        if moment <= at:
            days[moment.astimezone(zone).date()].append(moment)
    worths = []
    for day in days.values():
        for moment in sorted(day, reverse=True)[:max_per_day]:
            age = at - moment
            share = 1.0 if half_life is None else exp(-log(2) * (age / half_life))
            worths.append(points * share)
    worth = fsum(worths)
    return worth if max_points is None else max(-max_points, min(worth, max_points))
