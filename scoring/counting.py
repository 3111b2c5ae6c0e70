"""Counting a stream of interactions, for many contacts at once.

The same sums as ``decay.faded_points``, which says what they mean, in one pass over
rows: no object per interaction, and memory for one contact's points only.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import groupby
from math import fsum
from operator import itemgetter
from typing import Any

DAY = 86_400.0

Row = Sequence[Any]
"""contact id, kind, occurred_at, recorded_at, then the columns that rules ask for."""


@dataclass(frozen=True, slots=True)
class Counted:
    """An engagement rule, ready for counting."""

    points: float
    half_life_days: float | None
    max_per_day: int | None
    max_points: float | None
    kinds: frozenset[str]
    # None: each interaction of the kind.
    holds: Callable[[Row], bool] | None


@dataclass(frozen=True, slots=True)
class Curve:
    """What is worth so much at one moment, and how that goes on."""

    worth: float
    half_life_days: float | None
    cap: float | None

    def after(self, days: float) -> float:
        worth = self.worth
        if self.half_life_days is not None:
            worth *= 2.0 ** (-days / self.half_life_days)
        return worth if self.cap is None else max(-self.cap, min(worth, self.cap))


@dataclass(slots=True)
class Tally:
    """What one contact's interactions are worth at a moment, rule by rule."""

    curves: list[Curve]
    counts: list[int]
    last_at: list[datetime | None]
    # When the next happens of those that have not yet, by our clock.
    next_at: datetime | None = None


class _Counter:
    """Takes one contact's rows, the latest first."""

    __slots__ = ("counts", "days", "last_at", "next_at", "parts")

    def __init__(self, rule_count: int) -> None:
        self.parts: list[list[float]] = [[] for _ in range(rule_count)]
        self.counts = [0] * rule_count
        self.last_at: list[datetime | None] = [None] * rule_count
        self.days: Counter[tuple[int, date]] = Counter()
        self.next_at: datetime | None = None

    def close(self, rules: Sequence[Counted]) -> Tally:
        curves = [
            Curve(fsum(parts), rule.half_life_days, rule.max_points)
            for parts, rule in zip(self.parts, rules, strict=True)
        ]
        return Tally(curves, self.counts, self.last_at, self.next_at)


class Counting:
    """Counts rows under some rules as of one moment."""

    def __init__(self, rules: Sequence[Counted], *, at: datetime, zone: tzinfo) -> None:
        self.rules = rules
        self.at = at
        self.zone = zone
        self.by_kind: dict[str, tuple[tuple[int, Counted], ...]] = {}

    def tallies(
        self, rows: Iterable[Row], *, known_before: Mapping[int, datetime]
    ) -> Iterator[tuple[int, Tally, Tally | None]]:
        """One tally a contact; and a second for those in ``known_before``.

        The second one counts only what was recorded before the moment named there.
        Rows come contact by contact, the latest first; the contacts without a row
        are left out.
        """
        size = len(self.rules)
        for contact_id, theirs in groupby(rows, key=itemgetter(0)):
            whole = _Counter(size)
            until = known_before.get(contact_id)
            known = None if until is None else _Counter(size)
            for row in theirs:
                self._count(row, whole)
                if known is not None and row[3] < until:
                    self._count(row, known)
            before = None if known is None else known.close(self.rules)
            yield contact_id, whole.close(self.rules), before

    def _count(self, row: Row, counter: _Counter) -> None:
        kind, occurred_at = row[1], row[2]
        rules = self.by_kind.get(kind)
        if rules is None:
            rules = self.by_kind[kind] = self._rules_for(kind)
        if not rules:
            return
        days = (self.at - occurred_at).total_seconds() / DAY
        if days < 0:
            counter.next_at = occurred_at
            return
        for index, rule in rules:
            if rule.holds is not None and not rule.holds(row):
                continue
            if rule.max_per_day is not None:
                day = (index, occurred_at.astimezone(self.zone).date())
                counter.days[day] += 1
                if counter.days[day] > rule.max_per_day:
                    continue
            worth = rule.points
            if rule.half_life_days is not None:
                worth *= 2.0 ** (-days / rule.half_life_days)
            counter.parts[index].append(worth)
            counter.counts[index] += 1
            if counter.last_at[index] is None:
                counter.last_at[index] = occurred_at

    def _rules_for(self, kind: str) -> tuple[tuple[int, Counted], ...]:
        return tuple(
            (index, rule) for index, rule in enumerate(self.rules) if kind in rule.kinds
        )


def merged(curves: Sequence[Curve]) -> list[Curve]:
    """The same sum at any later moment, in as few curves as it takes."""
    together: dict[float | None, list[float]] = {}
    kept = []
    for curve in curves:
        if curve.worth == 0:
            continue
        if curve.cap is None:
            together.setdefault(curve.half_life_days, []).append(curve.worth)
        else:
            kept.append(curve)
    return [
        Curve(fsum(worths), half_life, None) for half_life, worths in together.items()
    ] + kept


def engagement_after(curves: Sequence[Curve], days: float) -> float:
    """Never negative."""
    return max(0.0, fsum(curve.after(days) for curve in curves))
