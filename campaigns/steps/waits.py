"""Steps that let time pass."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from campaigns.models.sequence import Step
from campaigns.steps.kinds import (
    BadStep,
    Go,
    Outcome,
    Run,
    StepKind,
    Wait,
    each,
    only,
    register_kind,
    whole_number,
)
from campaigns.timing import EVERY_DAY, next_moment

LONGEST_DAYS = 366


def read_wait(settings: dict[str, Any]) -> dict[str, Any]:
    only(settings, "days", "hours", "minutes")
    clean = {
        "days": whole_number(settings, "days", least=0, most=LONGEST_DAYS, default=0),
        "hours": whole_number(settings, "hours", least=0, most=23, default=0),
        "minutes": whole_number(settings, "minutes", least=0, most=59, default=0),
    }
    if not any(clean.values()):
        raise BadStep(_("Say how long to wait."))
    return clean


def wait(run: Run) -> Outcome:
    until = run.step_at + timedelta(**run.step.settings)
    return Go() if run.at >= until else Wait(until)


def read_wait_until(settings: dict[str, Any]) -> dict[str, Any]:
    only(settings, "days", "time")
    days = settings.get("days", sorted(EVERY_DAY))
    if not isinstance(days, list) or not days or not set(days) <= EVERY_DAY:
        raise BadStep(_("Days are numbers from 1, Monday, to 7, Sunday."))
    try:
        clock = time.fromisoformat(str(settings.get("time", "")))
    except ValueError:
        raise BadStep(_("A time looks like 09:00.")) from None
    return {"days": sorted(set(days)), "time": clock.strftime("%H:%M")}


def wait_until(run: Run) -> Outcome:
    settings = run.step.settings
    until = next_moment(
        run.step_at,
        days=settings["days"],
        clock=time.fromisoformat(settings["time"]),
        zone=run.zone,
    )
    return Go() if run.at >= until else Wait(until)


def register() -> None:
    register_kind(Step.Kind.WAIT, StepKind(read_wait, each(wait), each(wait)))
    register_kind(
        Step.Kind.WAIT_UNTIL,
        StepKind(read_wait_until, each(wait_until), each(wait_until)),
    )
