"""When snoozed lines come back. No database, no clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MORNING = time(9)
LATER = timedelta(hours=3)
# What has to happen, by the name of ``Notification.Event``.
EVENTS = {
    "reply": gettext_lazy("Until they reply"),
    "score": gettext_lazy("Until the score changes"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A moment, or an event."""

    name: str
    label: str
    until: datetime | None = None
    event: str = ""


def snooze_choices(at: datetime, *, zone: tzinfo) -> list[Choice]:
    """The moments that are offered at ``at`` to somebody whose clock shows ``zone``.

    "Later today" is in three hours, and is not offered when that is tomorrow.
    """
    here = at.astimezone(zone)

    def in_days(days: int) -> datetime:
        return morning(here.date() + timedelta(days=days), zone=zone)

    later = (at + LATER).astimezone(zone)
    choices = []
    if later.date() == here.date():
        choices.append(Choice("later", _("Later today"), later))
    return [
        *choices,
        Choice("tomorrow", _("Tomorrow 9:00"), in_days(1)),
        Choice("monday", _("Monday 9:00"), in_days(7 - here.weekday())),
        Choice("week", _("In 7 days"), in_days(7)),
    ]


def event_choices() -> list[Choice]:
    """The events that are offered for lines about a contact."""
    return [Choice(name, str(label), event=name) for name, label in EVENTS.items()]


def choice_named(
    name: str, *, day: str = "", at: datetime, zone: tzinfo
) -> Choice | None:
    """What somebody chose, "date" with a ``day`` like 2026-03-05; None: nothing we know."""
    if name == "date":
        try:
            chosen = date.fromisoformat(day)
            until = morning(chosen, zone=zone)
            label = _("Until %(day)s") % {"day": date_format(until, "DATE_FORMAT")}
        except (ValueError, OverflowError):
            return None
        return Choice("date", label, until)
    offered = [*snooze_choices(at, zone=zone), *event_choices()]
    return next((choice for choice in offered if choice.name == name), None)


def morning(day: date, *, zone: tzinfo) -> datetime:
    return datetime.combine(day, MORNING, zone)
