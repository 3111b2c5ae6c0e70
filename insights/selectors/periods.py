"""Periods of calendar days, and the one of the same kind before them.

Days are those of ``TIME_ZONE``; a day on which the clocks change is a day.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

CHOICES = (7, 30, 90, 365)
MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
QUARTER = re.compile(r"(\d{4})-Q([1-4])", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """From ``since`` up to and without ``until``."""

    since: datetime
    until: datetime
    # "30" (the last 30 days), "2026-10", "2026-Q4"; empty: from a day to a day.
    name: str = ""
    # What was asked for and could not be read, in words; this is what is shown instead.
    problem: str = field(default="", compare=False)

    @property
    def first(self) -> date:
        return timezone.localdate(self.since)

    @property
    def last(self) -> date:
        """The last day that has a part in it."""
        return timezone.localdate(self.until - timedelta(microseconds=1))

    @property
    def days(self) -> int:
        return _length(self.since, self.until).days

    @property
    def month(self) -> date | None:
        """Its first day, if it is the whole of a calendar month, or as much as is over."""
        return self.first if MONTH.fullmatch(self.name) else None

    @property
    def query(self) -> str:
        """For the URL of a page about it."""
        if self.name:
            return urlencode({"period": self.name})
        return urlencode({"from": self.first, "to": self.last})

    @property
    def label(self) -> str:
        if found := MONTH.fullmatch(self.name):
            return date_format(self.first, "YEAR_MONTH_FORMAT")
        if found := QUARTER.fullmatch(self.name):
            return _("Q%(quarter)s %(year)s") % {
                "quarter": found[2],
                "year": found[1],
            }
        if self.name:
            text = ngettext("Last %(days)d day", "Last %(days)d days", self.days)
            return text % {"days": self.days}
        return self.dates

    @property
    def dates(self) -> str:
        """ "1 Oct 2026 – 31 Oct 2026"."""
        first, last = (
            date_format(day, "SHORT_DATE_FORMAT") for day in (self.first, self.last)
        )
        return first if first == last else f"{first} – {last}"

    @property
    def compared(self) -> str:
        """What it is compared with: for the end of a sentence about a change."""
        before = self.before()
        if before.name:
            return _("vs. %(period)s") % {"period": before.label}
        if self.name and not _unit(self.name):
            text = ngettext(
                "vs. the %(days)d day before", "vs. the %(days)d days before", self.days
            )
            return text % {"days": self.days}
        return _("vs. %(period)s") % {"period": before.dates}

    def before(self) -> Period:
        """The one of the same kind before: of a running month the same days of the last."""
        unit = _unit(self.name)
        if unit is None:
            length = _length(self.since, self.until)
            return Period(_moved(self.since, -length), self.since)
        starts = _months_later(self.first, -unit)
        is_whole = self.last + timedelta(days=1) == _months_later(self.first, unit)
        if is_whole:
            return Period(_midnight(starts), self.since, _named(starts, unit))
        ends = min(starts + timedelta(days=self.days), self.first)
        whole = ends == self.first
        return Period(
            _midnight(starts), _midnight(ends), _named(starts, unit) if whole else ""
        )

    def earlier(self) -> Period:
        """The one that stands before it in a calendar, as a whole."""
        unit = _unit(self.name)
        if unit is None:
            return self.before()
        starts = _months_later(self.first, -unit)
        return Period(_midnight(starts), self.since, _named(starts, unit))

    def later(self, *, at: datetime) -> Period | None:
        """The one after it; None if that has not begun."""
        unit = _unit(self.name)
        if unit is not None:
            starts = _months_later(self.first, unit)
            if starts > timezone.localdate(at):
                return None
            return _calendar(starts, unit, at=at)
        today = timezone.localdate(at)
        if self.last >= today:
            return None
        length = self.days
        ends = self.last + timedelta(days=length)
        if ends >= today and length in CHOICES:
            return last_days(length, at=at)
        starts = self.last + timedelta(days=1)
        return from_days(starts, min(ends, max(today, starts)))


def last_days(days: int, *, at: datetime) -> Period:
    """The calendar day of ``at`` and those before it, ``days`` in all."""
    today = timezone.localdate(at)
    since = _midnight(today - timedelta(days=days - 1))
    return Period(since, _midnight(today + timedelta(days=1)), str(days))


def month_of(day: date, *, at: datetime) -> Period:
    """The calendar month of ``day``; up to and with the day of ``at`` while it runs."""
    return _calendar(day.replace(day=1), 1, at=at)


def quarter_of(day: date, *, at: datetime) -> Period:
    return _calendar(day.replace(month=1 + (day.month - 1) // 3 * 3, day=1), 3, at=at)


def from_days(first: date, last: date) -> Period:
    """Both days included."""
    return Period(_midnight(first), _midnight(last + timedelta(days=1)))


def last_months(count: int, *, at: datetime) -> list[Period]:
    """Calendar months, the running one last."""
    found = [month_of(timezone.localdate(at), at=at)]
    while len(found) < count:
        found.insert(0, found[0].earlier())
    return found


def _unit(name: str) -> int | None:
    """Of a calendar month or quarter: how many months it has."""
    if MONTH.fullmatch(name):
        return 1
    return 3 if QUARTER.fullmatch(name) else None


def _named(starts: date, unit: int) -> str:
    if unit == 1:
        return f"{starts:%Y-%m}"
    return f"{starts:%Y}-Q{(starts.month + 2) // 3}"


def _calendar(starts: date, unit: int, *, at: datetime) -> Period:
    tomorrow = timezone.localdate(at) + timedelta(days=1)
    ends = min(_months_later(starts, unit), max(tomorrow, starts + timedelta(days=1)))
    return Period(_midnight(starts), _midnight(ends), _named(starts, unit))


def _months_later(first: date, months: int) -> date:
    """Of the first of a month."""
    place = first.year * 12 + first.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _length(since: datetime, until: datetime) -> timedelta:
    """By the clock on the wall."""
    return timezone.make_naive(until) - timezone.make_naive(since)


def _moved(moment: datetime, length: timedelta) -> datetime:
    return timezone.make_aware(timezone.make_naive(moment) + length)
