"""What sales promises, for the page that documents a journey."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journeys.models import Phase
from journeys.process import register_process_facts
from sales.models.calendar import PromiseSettings


def promise_facts(stage: str) -> list[str]:
    """By when a rep answers and touches whom they got, in their working time."""
    if stage != Phase.Stage.HANDOFF:
        return []
    settings = PromiseSettings.current()
    return [
        _(
            "The rep answers within %(time)s of working time; else the next one is asked."
        )
        % {"time": _time(settings.accept_minutes)},
        _("Whom they accept they touch first within %(time)s of working time.")
        % {"time": _time(settings.touch_minutes)},
    ]


def _time(minutes: int) -> str:
    if minutes % 60:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    hours = minutes // 60
    return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}


def register() -> None:
    register_process_facts(promise_facts)
