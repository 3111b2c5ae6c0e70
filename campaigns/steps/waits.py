"""Steps that let time pass."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from campaigns.models.interest import InterestProfile
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
    """Days and a time; with ``best_hour`` the contact's own, where it is known."""
    only(settings, "days", "time", "best_hour")
    days = settings.get("days", sorted(EVERY_DAY))
    if not isinstance(days, list) or not days or not set(days) <= EVERY_DAY:
        raise BadStep(_("Days are numbers from 1, Monday, to 7, Sunday."))
    try:
        clock = time.fromisoformat(str(settings.get("time", "")))
    except ValueError:
        raise BadStep(_("A time looks like 09:00.")) from None
    clean = {"days": sorted(set(days)), "time": clock.strftime("%H:%M")}
    by_best_hour = settings.get("best_hour", False)
    if not isinstance(by_best_hour, bool):
        raise BadStep(_("The best hour is taken or not: true or false."))
    return {**clean, "best_hour": True} if by_best_hour else clean


def wait_until(runs: Sequence[Run]) -> list[Outcome]:
    settings = runs[0].step.settings
    hours = _best_hours(runs) if settings.get("best_hour") else {}
    usual = time.fromisoformat(settings["time"])
    answers: list[Outcome] = []
    for run in runs:
        until = next_moment(
            run.step_at,
            days=settings["days"],
            clock=hours.get(run.contact.pk, usual),
            zone=run.zone,
        )
        answers.append(Go() if run.at >= until else Wait(until))
    return answers


def _best_hours(runs: Sequence[Run]) -> dict[int, time]:
    """Contact -> when it is best reached, by its own clock; without who is not known."""
    profiles = InterestProfile.objects.filter(
        contact__in={run.contact.pk for run in runs}, best_hour__isnull=False
    )
    rows = profiles.values_list("contact", "best_hour")
    return {contact: time(hour) for contact, hour in rows}


def register() -> None:
    register_kind(Step.Kind.WAIT, StepKind(read_wait, each(wait), each(wait)))
    register_kind(
        Step.Kind.WAIT_UNTIL, StepKind(read_wait_until, wait_until, wait_until)
    )
