"""By when something is promised, in working time. No database, no clock.

Everything is counted along one line: the moments at which somebody works. A promise of
so much working time ends where that much of the line has passed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

Span = tuple[time, time]

# Who is absent for longer is counted as if they came back then.
LONGEST_ABSENCE = timedelta(days=5 * 366)


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """When somebody works.

    ``week`` has from and to of the seven weekdays, Monday first, by the clock in
    ``zone``; None is a free day. Nobody works on ``days_off``, nor up to and including
    ``absent_until``. Raises ``ValueError`` for a week without work.
    """

    week: tuple[Span | None, ...]
    zone: tzinfo
    days_off: frozenset[date] = frozenset()
    absent_until: date | None = None

    def __post_init__(self) -> None:
        if len(self.week) != 7 or not any(self.week):
            raise ValueError("A week has seven days, and work on one of them.")

    def after(self, start: datetime, duration: timedelta) -> datetime:
        """When ``duration`` of working time has passed since ``start``.

        A promise that is used up exactly at the end of a day ends there. None at all
        ends when work goes on.
        """
        left = duration
        for begins, ends in self._spans(start):
            if left <= ends - begins:
                return begins + left
            left -= ends - begins
        raise AssertionError("weeks go on")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies between the two; none if ``end`` is first."""
        total = timedelta()
        for begins, ends in self._spans(start):
            if begins >= end:
                break
            total += min(ends, end.astimezone(UTC)) - begins
        return total

    def is_open(self, at: datetime) -> bool:
        """Are they at work?"""
        begins, _ends = next(self._spans(at))
        return begins <= at

    def works_on(self, day: date) -> bool:
        """Is it a day of work, by the clock of ``zone``?"""
        is_back = self.absent_until is None or self.absent_until < day
        return is_back and self._span_of(day) is not None

    def _span_of(self, day: date) -> Span | None:
        return None if day in self.days_off else self.week[day.weekday()]

    def _spans(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """What is left of working time from ``start`` on: from and to, in UTC.

        Times of one zone subtract by its wall clock, those of UTC do not: a span over a
        change of clocks is as long as it really is.
        """
        start = start.astimezone(UTC)
        day = start.astimezone(self.zone).date()
        if self.absent_until is not None and self.absent_until >= day:
            day = min(self.absent_until, day + LONGEST_ABSENCE) + timedelta(days=1)
        while True:
            span = self._span_of(day)
            if span is not None:
                begins, ends = (
                    datetime.combine(day, moment, self.zone).astimezone(UTC)
                    for moment in span
                )
                begins = max(begins, start)
                if begins < ends:
                    yield begins, ends
            day += timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of an offer that nobody answers, and when."""

    warn_at: datetime
    due_at: datetime
    passes_at: datetime


def plan_of(start: datetime, within: timedelta, *, working: WorkingTime) -> Plan:
    """Warned at half time; missed at its end; missed again as long after that."""
    return Plan(
        warn_at=working.after(start, within / 2),
        due_at=working.after(start, within),
        passes_at=working.after(start, 2 * within),
    )
