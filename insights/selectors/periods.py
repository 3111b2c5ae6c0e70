"""Periods, and the same length of time before them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

CHOICES = (7, 30, 90, 365)


@dataclass(frozen=True, slots=True)
class Period:
    """From ``since`` up to and without ``until``."""

    since: datetime
    until: datetime

    @property
    def days(self) -> int:
        return (self.until - self.since).days

    def before(self) -> Period:
        return Period(self.since - (self.until - self.since), self.since)


def last_days(days: int, *, at: datetime) -> Period:
    return Period(at - timedelta(days=days), at)
