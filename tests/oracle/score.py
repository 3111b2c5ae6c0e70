"""The score, written down once more from contract.md, as plainly as can be.

Imports nothing from ``scoring``: what both say is probably so. Slow and naive on
purpose; ``when`` knows kinds only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo
from fractions import Fraction

SECONDS_A_DAY = 86_400


@dataclass(frozen=True)
class Happened:
    kind: str
    occurred_at: datetime
    is_machine: bool = False


@dataclass(frozen=True)
class EngagementRule:
    kinds: tuple[str, ...]
    points: float
    half_life_days: float | None
    max_per_day: int | None = None
    max_points: float | None = None


def rule_value(
    rule: EngagementRule, happened: list[Happened], *, at: datetime, zone: tzinfo
) -> float:
    """v(t): what the rule is worth at ``at``."""
    matching = [
        one
        for one in happened
        if one.kind in rule.kinds and not one.is_machine and one.occurred_at <= at
    ]
    if rule.max_per_day is not None:
        by_day: dict = {}
        for one in matching:
            by_day.setdefault(one.occurred_at.astimezone(zone).date(), []).append(one)
        matching = []
        for day in by_day.values():
            day.sort(key=lambda one: one.occurred_at)
            matching += day[-rule.max_per_day :]
    # Exact where nothing fades: the sum of what the numbers really are.
    total = Fraction(0)
    for one in matching:
        share = 1.0
        if rule.half_life_days is not None:
            seconds = one.occurred_at.timestamp()
            age = (Fraction(at.timestamp()) - Fraction(seconds)) / SECONDS_A_DAY
            share = 2.0 ** -(float(age) / rule.half_life_days)
        total += Fraction(rule.points) * Fraction(share)
    value = float(total)
    if rule.max_points is not None:
        value = min(max(value, -rule.max_points), rule.max_points)
    return value


def engagement(
    rules: list[EngagementRule], happened: list[Happened], *, at: datetime, zone: tzinfo
) -> float:
    """The sum of the rules' values, never below zero."""
    values = [rule_value(rule, happened, at=at, zone=zone) for rule in rules]
    return max(0.0, float(sum(map(Fraction, values), Fraction(0))))
