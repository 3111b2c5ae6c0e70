"""What administrators set for the promise clock: durations, hours, holidays."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.hours import check_hours, check_timezone
from accounts.models import User
from contacts.text import clean_text
from journeys.models import Team
from leadhub.errors import DomainError, InvalidValue
from sales.models import Holiday, PromiseSettings

MOST_MINUTES = 60 * 24 * 30


class BadPromise(InvalidValue):
    code = "bad_promise"


class HolidayTaken(DomainError):
    code = "holiday_taken"
    attr = "date"


@transaction.atomic
def save_promise_settings(
    *, by: User | None, at: datetime, **values: Any
) -> PromiseSettings:
    """Set what is promised. Offers that are open keep their minutes, not their hours.

    Raises ``BadPromise``, ``InvalidHours``.
    """
    rows = PromiseSettings.objects.select_for_update(no_key=True)
    settings = rows.filter(pk=1).first() or PromiseSettings(pk=1)
    for name, value in values.items():
        setattr(settings, name, _checked(name, value))
    settings.updated_at, settings.updated_by = at, by
    settings.save()
    return settings


def _checked(name: str, value: Any) -> Any:
    if name in ("accept_minutes", "touch_minutes"):
        return _minutes(value, attr=name)
    if name == "fast_minutes":
        if not isinstance(value, Mapping):
            raise BadPromise(_("Kinds of interactions with minutes."), attr=name)
        return {
            clean_text(kind, attr=name, max_length=40): _minutes(minutes, attr=name)
            for kind, minutes in value.items()
        }
    if name == "hours":
        return check_hours(value, attr=name)
    if name == "timezone":
        return check_timezone(value, attr=name)
    raise BadPromise(_("There is no such field."), attr=name)


def _minutes(value: Any, *, attr: str) -> int:
    if not isinstance(value, int) or not 1 <= value <= MOST_MINUTES:
        raise BadPromise(_("From a minute to 30 days of working time."), attr=attr)
    return value


@transaction.atomic
def add_holiday(*, date: date, name: str, team: Team | None = None) -> Holiday:
    """Nobody of the firm, or of the team, works on that day. Raises ``HolidayTaken``."""
    name = clean_text(name, attr="name", max_length=80)
    try:
        with transaction.atomic():
            return Holiday.objects.create(date=date, name=name, team=team)
    except IntegrityError as error:
        raise HolidayTaken(_("This day is free already.")) from error


@transaction.atomic
def delete_holiday(*, holiday: Holiday) -> None:
    """Let it be a day of work again; a repeat is harmless."""
    Holiday.objects.filter(pk=holiday.pk).delete()
