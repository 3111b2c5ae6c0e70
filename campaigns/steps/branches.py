"""Steps with more than one way on."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
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
from contacts.conditions.evaluation import matches
from contacts.conditions.validation import validate

YES, NO = "yes", "no"
MAX_VARIANTS = 5
# What decides a split: clicks of people, the goal of the sequence, or nobody but us.
BY_CLICKS, BY_GOAL, BY_HAND = "clicks", "goal", "hand"
LOOK_AGAIN = timedelta(minutes=30)
_NAME = re.compile(r"[A-Za-z0-9_-]{1,20}")


def read_branch(settings: dict[str, Any]) -> dict[str, Any]:
    """A condition, and for how many days to wait for it to come true."""
    only(settings, "condition", "days")
    validate(settings.get("condition"))
    days = whole_number(settings, "days", least=0, most=90, default=2)
    return {"condition": settings["condition"], "days": days}


def branch(runs: Sequence[Run]) -> list[Outcome]:
    """Yes as soon as it holds; no if it does not when the time is over."""
    return [
        Wait(min(over, run.at + LOOK_AGAIN)) if way is None else Go(way, note=way)
        for run, way, over in _ways(runs)
    ]


def foresee_branch(runs: Sequence[Run]) -> list[Outcome]:
    """As things stand now: what does not hold today will not come true."""
    return [
        Wait(over) if way is None else Go(way, note=way)
        for _run, way, over in _ways(runs)
    ]


def _ways(runs: Sequence[Run]) -> Iterator[tuple[Run, str | None, datetime]]:
    """Into which branch each goes, None for not yet; and when its time is over."""
    settings = runs[0].step.settings
    by_moment: dict[datetime, list[Run]] = defaultdict(list)
    for run in runs:
        by_moment[run.at].append(run)
    holds = {
        at: matches(settings["condition"], [run.contact for run in there], at=at)
        for at, there in by_moment.items()
    }
    for run in runs:
        over = run.step_at + timedelta(days=settings["days"])
        way = NO if run.at >= over else None
        yield run, YES if holds[run.at][run.contact.pk] else way, over


def read_split(settings: dict[str, Any]) -> dict[str, Any]:
    """Variants with their shares of a hundred: ``[{"name": "A", "share": 50}, ...]``.

    ``by`` says what decides which is the winner, among at least ``least`` contacts in
    each, by what they did within ``days``: see ``campaigns.services.winners``.
    """
    only(settings, "variants", "winner", "by", "least", "days")
    variants = settings.get("variants")
    if not isinstance(variants, list) or not 2 <= len(variants) <= MAX_VARIANTS:
        raise BadStep(_("A split has two to five variants."))
    clean = [_variant(variant) for variant in variants]
    if len({variant["name"] for variant in clean}) < len(clean):
        raise BadStep(_("Two variants have the same name."))
    if sum(variant["share"] for variant in clean) != 100:
        raise BadStep(_("The shares of the variants must add up to 100."))
    winner = settings.get("winner", "")
    if winner and winner not in {variant["name"] for variant in clean}:
        raise BadStep(_("The winner is none of the variants."))
    by = settings.get("by", BY_CLICKS)
    if by not in (BY_CLICKS, BY_GOAL, BY_HAND):
        raise BadStep(_("A winner is found by clicks, by the goal or by hand."))
    least = whole_number(settings, "least", least=50, most=100_000, default=200)
    days = whole_number(settings, "days", least=1, most=60, default=3)
    return {
        "variants": clean,
        "winner": winner,
        "by": by,
        "least": least,
        "days": days,
    }


def split(run: Run) -> Outcome:
    """The winner if there is one; else by the enrollment's number, always the same."""
    settings = run.step.settings
    name = settings.get("winner") or variant_of(
        settings["variants"], subject=f"{run.step.key}:{run.enrollment.pk}"
    )
    return Go(name, note=name)


def variant_of(variants: list[dict[str, Any]], *, subject: str) -> str:
    """The variant for ``subject``: as good as drawn, and the same each time."""
    place = int(hashlib.sha256(subject.encode()).hexdigest()[:8], 16) % 100
    for variant in variants:
        place -= variant["share"]
        if place < 0:
            return variant["name"]
    return variants[-1]["name"]


def _variant(variant: Any) -> dict[str, Any]:
    if not isinstance(variant, dict) or not variant.keys() <= {"name", "share"}:
        raise BadStep(_("A variant has a name and a share."))
    name = variant.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadStep(_("A variant's name has up to 20 letters and digits."))
    share = whole_number(variant, "share", least=1, most=99, default=50)
    return {"name": name, "share": share}


def register() -> None:
    register_kind(
        Step.Kind.BRANCH,
        StepKind(read_branch, branch, foresee_branch, lambda settings: (YES, NO)),
    )
    register_kind(
        Step.Kind.SPLIT,
        StepKind(
            read_split,
            each(split),
            each(split),
            lambda settings: tuple(v["name"] for v in settings["variants"]),
        ),
    )
