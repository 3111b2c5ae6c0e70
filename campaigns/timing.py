"""When something may go out: windows of the week in somebody's own zone.

Pure: no database, no clock.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(1, 8))
WORKING_DAYS = frozenset(range(1, 6))


@dataclass(frozen=True, slots=True)
class Window:
    """Days of the week (Monday is 1), from a time up to another, which is outside.

    Raises ``ValueError`` without a day, or if it ends before it begins.
    """

    days: frozenset[int] = WORKING_DAYS
    start: time = time(9)
    end: time = time(17)

    def __post_init__(self) -> None:
        if not self.days or not self.days <= EVERY_DAY:
            raise ValueError(f"days must be some of 1 to 7, not {sorted(self.days)}")
        if self.start >= self.end:
            raise ValueError(f"{self.start} must be before {self.end}")

    def next_open(self, moment: datetime, *, zone: tzinfo) -> datetime:
        """``moment`` if the window is open then in ``zone``, else when it opens next.

        In UTC. Where the clocks skip the opening, it opens when they have gone on.
        """
        local = moment.astimezone(zone)
        for ahead in range(9):
            day = local.date() + timedelta(days=ahead)
            if day.isoweekday() not in self.days:
                continue
            opens = _at(day_time(local, ahead, self.start), zone)
            closes = _at(day_time(local, ahead, self.end), zone)
            if moment < opens:
                return opens
            if moment < closes:
                return moment.astimezone(UTC)
        raise AssertionError("some day of nine is one of the week's days")


def next_moment(
    moment: datetime, *, days: Collection[int], clock: time, zone: tzinfo
) -> datetime:
    """The first time after ``moment`` that ``clock`` shows on one of ``days``.

    Half an hour's grace: at 9:10 "at 9:00" is now. In UTC.
    """
    local = moment.astimezone(zone)
    for ahead in range(9):
        wanted = day_time(local, ahead, clock)
        if wanted.isoweekday() not in days:
            continue
        found = _at(wanted, zone)
        if found >= moment:
            return found
        if moment - found <= GRACE:
            return moment.astimezone(UTC)
    raise ValueError("days must be some of 1 to 7")


GRACE = timedelta(minutes=30)


def zone_of(name: str, *, default: str) -> tzinfo:
    """The zone of that name; the default's if there is none."""
    try:
        return ZoneInfo(name or default)
    except (KeyError, ValueError, OSError):  # unknown, or no name of a zone
        return ZoneInfo(default)


def day_time(local: datetime, ahead: int, clock: time) -> datetime:
    """``clock`` on the day that is so many after that of ``local``; naive."""
    return datetime.combine(local.date() + timedelta(days=ahead), clock)


def _at(wall: datetime, zone: tzinfo) -> datetime:
    return wall.replace(tzinfo=zone).astimezone(UTC)
