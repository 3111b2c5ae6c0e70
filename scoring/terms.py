"""What a backtest is to find out: which period, which outcome, within how many days."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor, log10

from scoring.outcomes import Happening

WEEK = timedelta(days=7)
# Thresholds that are tried: from a quarter to two and a half times of the draft's own.
LOWEST, HIGHEST, STEPS = 0.25, 2.5, 60


@dataclass(frozen=True, slots=True)
class Terms:
    """Handoffs from ``since`` up to and without ``until``.

    An outcome counts that comes within ``horizon`` after a handoff and stands at the
    end of it. What came of those whose horizon ends after ``known_at`` nobody knows.
    """

    since: datetime
    until: datetime
    horizon: timedelta
    known_at: datetime

    @property
    def weeks(self) -> float:
        return (self.until - self.since) / WEEK

    def is_in(self, at: datetime) -> bool:
        return self.since <= at < self.until

    def week(self, at: datetime) -> int:
        return (at - self.since) // WEEK

    def is_over(self, at: datetime) -> bool:
        """Whether what came of it is known."""
        return at + self.horizon <= self.known_at

    def steps(self) -> Iterator[datetime]:
        """Once a week, as long as what came of it is known."""
        at = self.since
        while at < self.until and self.is_over(at):
            yield at
            at += WEEK

    def came(
        self, happenings: Iterable[Happening], *, after: datetime, at_once: bool = True
    ) -> bool:
        """Whether the outcome came in time. ``at_once``: also at that very moment."""
        end = after + self.horizon
        return any(
            (after <= one.at if at_once else after < one.at)
            and one.at <= end
            and one.stood(at=end)
            for one in happenings
        )

    def first(self, happenings: Iterable[Happening]) -> datetime | None:
        """When it came first, to stay, as far as that is known."""
        stayed = (
            one.at
            for one in happenings
            if one.at <= self.known_at
            and one.stood(at=min(one.at + self.horizon, self.known_at))
        )
        return min(stayed, default=None)


def thresholds_around(threshold: float) -> list[float]:
    """Round numbers to try, and the threshold itself."""
    step = 10.0 ** floor(log10(threshold / STEPS * 1.0001))
    step *= next(f for f in (1, 2, 5, 10) if f * step >= threshold / STEPS * 0.9999)
    digits = max(0, -floor(log10(step)))
    low, high = ceil(threshold * LOWEST / step), floor(threshold * HIGHEST / step)
    numbers = {round(n * step, digits) for n in range(max(1, low), high + 1)}
    return sorted(numbers | {threshold})
