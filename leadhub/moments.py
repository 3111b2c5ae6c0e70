"""Moments as people say them. Units stand after a narrow space that does not break."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

NARROW = "\N{NARROW NO-BREAK SPACE}"


def span_text(span: timedelta) -> str:
    """A length of time in its largest unit, cut: "18 min", "3 h", "2 d"."""
    minutes = int(abs(span).total_seconds()) // 60
    if minutes < 60:
        return f"{minutes}{NARROW}{_('min')}"
    if minutes < 48 * 60:
        return f"{minutes // 60}{NARROW}{_('h')}"
    return f"{minutes // (24 * 60)}{NARROW}{_('d')}"


def relative_text(moment: datetime, *, now: datetime) -> str:
    """ "18 min ago", "in 3 h"; further away than a week it is the date."""
    distance = moment - now
    if abs(distance) < timedelta(minutes=1):
        return _("just now")
    if abs(distance) >= timedelta(days=7):
        return day_text(moment, now=now)
    if distance > timedelta(0):
        return _("in %(span)s") % {"span": span_text(distance)}
    return _("%(span)s ago") % {"span": span_text(distance)}


def due_text(moment: datetime, *, now: datetime) -> str:
    """ "42 min left", or "overdue by 1 h"."""
    sentence = _("%(span)s left") if moment > now else _("overdue by %(span)s")
    return sentence % {"span": span_text(moment - now)}


def day_text(moment: datetime, *, now: datetime) -> str:
    """ "today 09:12", "yesterday 17:40", "tomorrow 14:00", "2 Sep", "2 Sep 2025"."""
    local, here = timezone.localtime(moment), timezone.localtime(now)
    days = (local.date() - here.date()).days
    if -1 <= days <= 1:
        named = (_("yesterday"), _("today"), _("tomorrow"))[days + 1]
        return f"{named} {local:%H:%M}"
    is_this_year = local.year == here.year
    return _date_text(local, "DAY_FORMAT" if is_this_year else "SHORT_DATE_FORMAT")


def moment_text(moment: datetime, *, now: datetime) -> str:
    """ "today 09:12", "tomorrow 14:00"; else with its weekday: "Mon 30 Nov 09:00"."""
    local, here = timezone.localtime(moment), timezone.localtime(now)
    text = day_text(moment, now=now)
    if abs((local.date() - here.date()).days) <= 1:
        return text
    return f"{_date_text(local, 'D')} {text} {local:%H:%M}"


def coming_day_text(moment: datetime, *, now: datetime) -> str:
    """ "today", "on Friday", "on 12 March": for the end of a sentence."""
    local = timezone.localtime(moment)
    days = (local.date() - timezone.localdate(now)).days
    if days == 0:
        return _("today")
    if 0 < days < 7:
        return _("on %(day)s") % {"day": date_format(local, "l")}
    return _("on %(day)s") % {"day": date_format(local, "MONTH_DAY_FORMAT")}


def full_text(moment: datetime) -> str:
    """The date and the time, as DATETIME_FORMAT has them."""
    local = timezone.localtime(moment)
    return f"{_date_text(local, 'DATE_FORMAT')}, {local:%H:%M}"


def _date_text(local: datetime, form: str) -> str:
    return _date_in(local.date(), form, get_language())


@lru_cache(maxsize=4096)
def _date_in(day: date, form: str, _language: str | None) -> str:
    """Kept, since a page shows a hundred moments of a few days."""
    return date_format(day, form)
