"""Counting a stream of interactions, for many contacts at once.

The same sums as ``decay.faded_points``, which says what they mean, in one pass over
rows: no object per interaction, and memory for one contact's points only.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from itertools import groupby
from math import fsum
from operator import itemgetter
from typing import Any, NamedTuple

DAY = 86_400.0

Row = Sequence[Any]
"""contact id, kind, occurred_at, then the columns that rules ask for.

At the end recorded_at, if there is anybody of whom only what was known counts."""


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


def capped(worth: float, cap: float | None) -> float:
    return worth if cap is None else max(-cap, min(worth, cap))


class Curve(NamedTuple):
    """What is worth so much at one moment, and how that goes on."""

    worth: float
    half_life_days: float | None
    cap: float | None

    def after(self, days: float) -> float:
        worth = self.worth
        if self.half_life_days is not None:
            worth *= 2.0 ** (-days / self.half_life_days)
        return capped(worth, self.cap)


@dataclass(slots=True)
class Tally:
    """What one contact's interactions are worth at a moment, rule by rule."""

    curves: list[Curve]
    counts: list[int]
    last_at: list[datetime | None]
    # When the next happens of those that have not yet, by our clock.
    next_at: datetime | None = None


class Counting:
    """Counts rows under some rules as of one moment."""

    def __init__(self, rules: Sequence[Counted], *, at: datetime, zone: tzinfo) -> None:
        self.at = at
        self.zone = zone
        self.by_kind: dict[str, list[tuple[int, Counted]]] = defaultdict(list)
        for index, rule in enumerate(rules):
            for kind in rule.kinds:
                self.by_kind[kind].append((index, rule))
        # What a rule is worth that counts nothing, as most do for most contacts.
        self.nothing = [
            Curve(0.0, rule.half_life_days, rule.max_points) for rule in rules
        ]

    def tallies(
        self, rows: Iterable[Row], *, known_before: Mapping[int, datetime]
    ) -> Iterator[tuple[int, Tally, Tally | None]]:
        """One tally a contact; and a second for those in ``known_before``.

        The second one counts only what was recorded before the moment named there.
        Rows come contact by contact, the latest first; the contacts without a row
        are left out.
        """
        for contact_id, theirs in groupby(rows, key=itemgetter(0)):
            whole, known = _Counter(self), None
            until = known_before.get(contact_id)
            if until is None:
                whole.take(theirs)
            else:
                known = _Counter(self)
                for row in theirs:
                    whole.take([row])
                    if row[-1] < until:
                        known.take([row])
            yield contact_id, whole.close(), known.close() if known else None


class _Counter:
    """Takes one contact's rows, the latest first."""

    __slots__ = ("counting", "days", "last_at", "next_at", "parts")

    def __init__(self, counting: Counting) -> None:
        self.counting = counting
        # By the place of the rule, of those that count anything.
        self.parts: dict[int, list[float]] = {}
        self.last_at: list[datetime | None] = [None] * len(counting.nothing)
        self.days: Counter[tuple[int, date]] = Counter()
        self.next_at: datetime | None = None

    def take(self, rows: Iterable[Row]) -> None:
        at, zone, by_kind = self.counting.at, self.counting.zone, self.counting.by_kind
        parts, days = self.parts, self.days
        for row in rows:
            kind, occurred_at = row[1], row[2]
            if kind not in by_kind:
                continue
            age = (at - occurred_at).total_seconds() / DAY
            if age < 0:
                self.next_at = occurred_at
                continue
            for index, rule in by_kind[kind]:
                if rule.holds is not None and not rule.holds(row):
                    continue
                if rule.max_per_day is not None:
                    day = (index, occurred_at.astimezone(zone).date())
                    days[day] += 1
                    if days[day] > rule.max_per_day:
                        continue
                worth = rule.points
                if rule.half_life_days is not None:
                    worth *= 2.0 ** (-age / rule.half_life_days)
                if index in parts:
                    parts[index].append(worth)
                else:
                    parts[index], self.last_at[index] = [worth], occurred_at

    def close(self) -> Tally:
        curves = self.counting.nothing.copy()
        counts = [0] * len(curves)
        for index, worths in self.parts.items():
            curves[index] = curves[index]._replace(worth=fsum(worths))
            counts[index] = len(worths)
        return Tally(curves, counts, self.last_at, self.next_at)


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
