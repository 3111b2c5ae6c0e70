"""When snoozed lines come back. No database, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo

from django.utils.translation import gettext as _

MORNING = time(9)
LATER = timedelta(hours=3)


@dataclass(frozen=True, slots=True)
class Choice:
    name: str
    label: str
    until: datetime


def snooze_choices(at: datetime, *, zone: tzinfo) -> list[Choice]:
    """What is offered at ``at`` to somebody whose clock shows ``zone``.

    "Later today" is in three hours, and is not offered when that is tomorrow.
    """
    here = at.astimezone(zone)

    def morning(days: int) -> datetime:
        return datetime.combine(here.date() + timedelta(days=days), MORNING, zone)

    later = (at + LATER).astimezone(zone)
    choices = []
    if later.date() == here.date():
        choices.append(Choice("later", _("Later today"), later))
    return [
        *choices,
        Choice("tomorrow", _("Tomorrow 9:00"), morning(1)),
        Choice("monday", _("Monday 9:00"), morning(7 - here.weekday())),
        Choice("week", _("In 7 days"), morning(7)),
    ]
