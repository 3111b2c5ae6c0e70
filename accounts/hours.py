"""When somebody works in a week, as it is stored. No database, no clock.

``{"mon": ["09:00", "17:00"], ...}``: from and to, by the clock of where they are; a day
that is not named is free.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from leadhub.errors import InvalidValue

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Hours = dict[str, list[str]]
OFFICE: Hours = {day: ["09:00", "17:00"] for day in DAYS[:5]}


class InvalidHours(InvalidValue):
    code = "invalid_hours"


def check_hours(value: Any, *, attr: str) -> Hours:
    """The hours in the order of the week. Raises ``InvalidHours``."""
    if not isinstance(value, Mapping) or not value:
        raise InvalidHours(
            _("Say from when to when on at least one weekday."), attr=attr
        )
    for day in value:
        if day not in DAYS:
            sentence = _("The days are %(names)s.")
            raise InvalidHours(sentence % {"names": ", ".join(DAYS)}, attr=attr)
    clean: Hours = {}
    for day in DAYS:
        if day in value:
            begins, ends = _span(value[day], attr=attr)
            clean[day] = [f"{begins:%H:%M}", f"{ends:%H:%M}"]
    return clean


def check_timezone(value: str, *, attr: str) -> str:
    """ "" is that of the firm. Raises ``InvalidHours``."""
    if value and value not in available_timezones():
        raise InvalidHours(_("There is no such time zone."), attr=attr)
    return value


def spans_of(hours: Hours) -> tuple[tuple[time, time] | None, ...]:
    """From and to of the seven days, Monday first."""
    return tuple(
        (time.fromisoformat(hours[day][0]), time.fromisoformat(hours[day][1]))
        if day in hours
        else None
        for day in DAYS
    )


def zone_named(name: str, *, default: ZoneInfo) -> ZoneInfo:
    return ZoneInfo(name) if name else default


def _span(value: Any, *, attr: str) -> tuple[time, time]:
    sentence = _("A day has two times like 09:00 and 17:00, the first one earlier.")
    refusal = InvalidHours(sentence, attr=attr)
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise refusal
    try:
        begins, ends = (time.fromisoformat(text) for text in value)
    except (TypeError, ValueError) as error:
        raise refusal from error
    if begins.tzinfo or ends.tzinfo or begins >= ends:
        raise refusal
    return begins.replace(second=0, microsecond=0), ends.replace(
        second=0, microsecond=0
    )
