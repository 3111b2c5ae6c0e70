"""Counting the same interactions over and over, as of one moment after the other.

What does not change from moment to moment is found out once: which rules a row is for,
on which day it was, since when it was known. The worths, and their sums, are those of
``counting``, to the last digit: ``fsum`` rounds once, whatever the order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from math import fsum
from typing import NamedTuple

from scoring.counting import DAY, Counted, Row, capped

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
FOREVER = 1 << 62

ByKind = Mapping[str, Sequence[tuple[int, Counted]]]
"""By kind: (place of the rule, the rule) of all that may count it."""
Places = tuple[int, ...]


Deed = tuple[int, int, int, date | None]
"""A row that a rule counts: when, known since, known until, in microseconds; and on
which day, where the rule has a cap a day. A plain tuple: it is looked at very often."""


class Worth(NamedTuple):
    """In points; ``before`` without the news of the moment."""

    whole: float
    before: float


class Story:
    """What one contact did, as rules count it. Rows come the latest first.

    At the end of each row stand until when it was the contact's, or None, and since
    when it was known of it.
    """

    def __init__(self, rows: Iterable[Row], by_kind: ByKind, *, zone: tzinfo) -> None:
        self.rules: dict[int, Counted] = {}
        self.deeds: dict[int, list[Deed]] = defaultdict(list)
        for row in rows:
            moments = None
            for place, rule in by_kind.get(row[1], ()):
                if rule.holds is not None and not rule.holds(row):
                    continue
                moments = moments or _moments(row)
                is_capped = rule.max_per_day is not None
                day = row[2].astimezone(zone).date() if is_capped else None
                self.rules[place] = rule
                self.deeds[place].append((*moments, day))
        self._worths: dict[int, dict[int, Worth]] = {}
        self._engagements: dict[tuple[int, Places], Worth] = {}

    def engagement(self, places: Places, at: datetime) -> Worth:
        """What the rules at these places are worth together; never negative."""
        now = _microseconds(at)
        found = self._engagements.get((now, places))
        if found is None:
            worths = self._at(now)
            mine = [worths[place] for place in places if place in worths]
            whole = max(0.0, fsum([worth.whole for worth in mine]))
            before = max(0.0, fsum([worth.before for worth in mine]))
            found = self._engagements[now, places] = Worth(whole, before)
        return found

    def _at(self, now: int) -> dict[int, Worth]:
        """By the place of the rule, of those that count anything by then."""
        found = self._worths.get(now)
        if found is None:
            found = self._worths[now] = {
                place: worth
                for place, rule in self.rules.items()
                if (worth := _worth(rule, self.deeds[place], now))
            }
        return found

    def falls_since(self, places: Places) -> datetime | None:
        """When something was known first that takes points away, and fades."""
        moments = [
            min(known_at for _at, known_at, _until, _day in self.deeds[place])
            for place in places
            if (rule := self.rules.get(place))
            and rule.points < 0
            and rule.half_life_days is not None
        ]
        return EPOCH + min(moments) * MICROSECOND if moments else None

    def most(self, place: int) -> float:
        """A bound: the rule is worth no more than that at any moment."""
        rule = self.rules.get(place)
        if rule is None or rule.points <= 0:
            return 0.0
        worth = rule.points * len(self.deeds[place])
        return worth if rule.max_points is None else min(worth, rule.max_points)


def _worth(rule: Counted, deeds: Sequence[Deed], now: int) -> Worth | None:
    if not (known := [deed for deed in deeds if deed[1] <= now < deed[2]]):
        return None
    earlier = [deed for deed in known if deed[1] < now]
    is_news = len(earlier) < len(known)
    if rule.max_per_day is not None and len(known) > rule.max_per_day:
        known = _latest(known, rule.max_per_day)
        earlier = _latest(earlier, rule.max_per_day) if is_news else known
    whole = _sum(rule, known, now)
    return Worth(whole, _sum(rule, earlier, now) if is_news else whole)


def _latest(deeds: Sequence[Deed], most: int) -> list[Deed]:
    """As many of each day."""
    days: dict[date | None, int] = {}
    found = []
    for deed in deeds:
        count = days[deed[3]] = days.get(deed[3], 0) + 1
        if count <= most:
            found.append(deed)
    return found


def _sum(rule: Counted, deeds: Sequence[Deed], now: int) -> float:
    points, half_life = rule.points, rule.half_life_days
    if half_life is None:
        worth = points * len(deeds)
    elif len(deeds) == 1:
        worth = points * 2.0 ** (-((now - deeds[0][0]) / 1_000_000 / DAY) / half_life)
    else:
        worth = fsum(
            [
                points * 2.0 ** (-((now - at) / 1_000_000 / DAY) / half_life)
                for at, _known_at, _until, _day in deeds
            ]
        )
    return worth if rule.max_points is None else capped(worth, rule.max_points)


def _moments(row: Row) -> tuple[int, int, int]:
    until = row[-2]
    return (
        _microseconds(row[2]),
        _microseconds(row[-1]),
        FOREVER if until is None else _microseconds(until),
    )


def _microseconds(at: datetime) -> int:
    return (at - EPOCH) // MICROSECOND
