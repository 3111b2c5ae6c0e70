"""Periods as URLs ask for them: by name, or from a day to a day."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from insights.selectors.periods import (
    CHOICES,
    Period,
    from_days,
    last_days,
    month_of,
    quarter_of,
)

# The parameters by which a URL says it; ``days`` is a number of CHOICES.
PARAMETERS = ("period", "days", "from", "to")
RELATIVE = ("month", "last_month", "quarter", "last_quarter")
CALENDAR = re.compile(r"(\d{4})-(Q?)(\d{1,2})", re.ASCII)
# Years that every zone and database can name, with room for the period before.
FIRST_DAY, LAST_DAY = date(1980, 1, 1), date(2199, 12, 31)


class UnreadablePeriod(ValueError):
    """Says what is wrong, in words for whoever wrote it."""

    def __init__(self, detail: str, attr: str) -> None:
        super().__init__(detail)
        self.attr = attr


def asked_period(query: Mapping[str, str], *, at: datetime) -> Period:
    """The period that a query string names; the last 30 days if it names none.

    Raises ``UnreadablePeriod``.
    """
    given = {name: query.get(name, "").strip() for name in PARAMETERS}
    if given["from"] or given["to"]:
        if given["period"] or given["days"]:
            raise UnreadablePeriod(_("Either name a period or its days."), "from")
        return period_between(given["from"], given["to"], at=at)
    if given["days"]:
        if given["days"] not in map(str, CHOICES):
            choices = ", ".join(map(str, CHOICES))
            raise UnreadablePeriod(_("One of: %s.") % choices, "days")
        return last_days(int(given["days"]), at=at)
    return period_named(given["period"] or "30", at=at)


def period_named(name: str, *, at: datetime) -> Period:
    """Read "30", "month", "last_month", "quarter", "last_quarter", "2026-10", "2026-Q4".

    Raises ``UnreadablePeriod``.
    """
    today = timezone.localdate(at)
    if name in map(str, CHOICES):
        return last_days(int(name), at=at)
    if name in RELATIVE:
        found = (month_of if name.endswith("month") else quarter_of)(today, at=at)
        return found.earlier() if name.startswith("last_") else found
    starts, is_quarter = _first_day(name)
    if starts is None:
        choices = ", ".join([*map(str, CHOICES), *RELATIVE, "2026-10", "2026-Q4"])
        raise UnreadablePeriod(_("One of: %s.") % choices, "period")
    if starts > today:
        raise UnreadablePeriod(_("This period has not begun."), "period")
    return (quarter_of if is_quarter else month_of)(starts, at=at)


def period_between(first: str, last: str, *, at: datetime) -> Period:
    """From one day to another, both written as 2026-10-31; without the last up to today.

    Raises ``UnreadablePeriod``.
    """
    today = timezone.localdate(at)
    starts = _day(first, "from")
    ends = _day(last, "to") if last else max(today, starts)
    if starts > ends:
        raise UnreadablePeriod(_("The first day is after the last."), "from")
    if starts > today:
        raise UnreadablePeriod(_("This period has not begun."), "from")
    return from_days(starts, ends)


def _day(text: str, attr: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or not FIRST_DAY <= day <= LAST_DAY:
        raise UnreadablePeriod(_("Write a day as 2026-10-31."), attr)
    return day


def _first_day(name: str) -> tuple[date | None, bool]:
    """Of a calendar month or quarter, and which of both it is."""
    match = CALENDAR.fullmatch(name)
    if match is None:
        return None, False
    year, is_quarter, place = int(match[1]), bool(match[2]), int(match[3])
    # Written in one way only: 2026-07, 2026-Q3.
    if len(match[3]) != (1 if is_quarter else 2):
        return None, False
    if not (FIRST_DAY.year <= year <= LAST_DAY.year):
        return None, False
    if not 1 <= place <= (4 if is_quarter else 12):
        return None, False
    return date(year, 3 * place - 2 if is_quarter else place, 1), is_quarter
