"""The score, written down once more from contract.md, as plainly as can be.

Imports nothing from ``scoring``: what both say is probably so. Slow and naive on
purpose; ``when`` knows kinds only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from fractions import Fraction

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECONDS_A_DAY = 86_400 * 1_000_000


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


@dataclass(frozen=True)
class Limits:
    """What a model asks of a contact that is handed to sales."""

    threshold: float
    rearm_below: float | None = None
    min_fit: float | None = None
    min_engagement: float | None = None


def instant(moment: datetime) -> int:
    """Microseconds since 1970: no zone, no clock that goes backwards."""
    return (moment.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)


def rule_value(
    rule: EngagementRule, happened: list[Happened], *, at: datetime, zone: tzinfo
) -> float:
    """v(t): what the rule is worth at ``at``."""
    now = instant(at)
    matching = [
        one
        for one in happened
        if one.kind in rule.kinds
        and not one.is_machine
        and instant(one.occurred_at) <= now
    ]
    if rule.max_per_day is not None:
        by_day: dict = {}
        for one in matching:
            by_day.setdefault(calendar_day(one, zone), []).append(one)
        matching = []
        for day in by_day.values():
            day.sort(key=lambda one: instant(one.occurred_at))
            matching += day[-rule.max_per_day :]
    # Exact where nothing fades: the sum of what the numbers really are.
    total = Fraction(0)
    for one in matching:
        share = 1.0
        if rule.half_life_days is not None:
            age = Fraction(now - instant(one.occurred_at), MICROSECONDS_A_DAY)
            share = 2.0 ** -(float(age) / rule.half_life_days)
        total += Fraction(rule.points) * Fraction(share)
    value = float(total)
    if rule.max_points is not None:
        value = min(max(value, -rule.max_points), rule.max_points)
    return value


def calendar_day(one: Happened, zone: tzinfo) -> tuple[int, int, int]:
    local = one.occurred_at.astimezone(UTC).astimezone(zone)
    return local.year, local.month, local.day


def engagement(
    rules: list[EngagementRule], happened: list[Happened], *, at: datetime, zone: tzinfo
) -> float:
    """The sum of the rules' values, never below zero."""
    values = [rule_value(rule, happened, at=at, zone=zone) for rule in rules]
    return max(0.0, float(sum(map(Fraction, values), Fraction(0))))


def is_sales_ready(
    limits: Limits, *, fit: float, engagement: float, is_disqualified: bool = False
) -> bool:
    if is_disqualified:
        return False
    if limits.min_fit is not None and fit < limits.min_fit:
        return False
    if limits.min_engagement is not None and engagement < limits.min_engagement:
        return False
    return fit + engagement >= limits.threshold


class Armed:
    """One contact's crossings, evaluation by evaluation."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.is_armed = True
        self.crossings = 0

    def evaluate(self, *, total_before: float, fit: float, engagement: float) -> None:
        """``total_before``: as of that moment, before the new interaction."""
        below = self.limits.rearm_below
        if below is None:
            below = 0.8 * self.limits.threshold
        if total_before < below:
            self.is_armed = True
        ready = is_sales_ready(self.limits, fit=fit, engagement=engagement)
        if ready and self.is_armed:
            self.is_armed = False
            self.crossings += 1
