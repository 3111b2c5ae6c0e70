"""Interests, written down once more, as plainly as can be.

Imports nothing from ``campaigns``: what both say is probably so. Adds up strengths
themselves, in order, at the moment asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class Happened:
    kind: str
    occurred_at: datetime
    topics: tuple[str, ...]
    is_machine: bool = False


def strength(
    topic: str,
    happened: list[Happened],
    *,
    weights: dict[str, float],
    half_life_days: float,
    at: datetime,
) -> float | None:
    """What the interest is worth at ``at``; None if there never was any."""
    found = None
    for one in happened:
        weight = weights.get(one.kind, 0)
        if one.is_machine or topic not in one.topics or weight <= 0:
            continue
        age = (at - one.occurred_at.astimezone(UTC)) / timedelta(days=1)
        found = (found or 0.0) + weight * 0.5 ** (age / half_life_days)
    return found
