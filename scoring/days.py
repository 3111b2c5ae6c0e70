"""Days and moments as doors take them."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from leadhub.errors import InvalidValue


def read_moment(value: Any, *, attr: str, is_end: bool = False) -> datetime:
    """A moment, or a day: its beginning, or with ``is_end`` the end of it.

    Raises ``InvalidValue``.
    """
    text = value.strip() if isinstance(value, str) else ""
    try:
        day = parse_date(text)
        moment = None if day else parse_datetime(text)
    except ValueError:
        day = moment = None
    if day is not None and 1900 <= day.year <= 2200:
        day += timedelta(days=1) if is_end else timedelta()
        moment = datetime.combine(day, time())
    if moment is None or not 1900 <= moment.year <= 2201:
        sentence = _("A day looks like 2026-03-01, a moment like 2026-03-01T12:00:00Z.")
        raise InvalidValue(sentence, attr=attr)
    return moment if timezone.is_aware(moment) else timezone.make_aware(moment)
