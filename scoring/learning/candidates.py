"""Conditions that might tell who will have an outcome, proposed without looking at it.

So nothing of the outcome leaks into the choice of cut points and categories, and they
need not be proposed anew in each fold of a cross-validation.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import ceil, floor, log10
from typing import Any

# Of each field the most frequent.
VALUES = 25
WORDS = 10
# Where numbers are cut: their deciles, and the highest twentieth.
QUANTILES = (*(tenth / 10 for tenth in range(1, 10)), 0.95)
LONGEST_VALUE = 80
# Values of one field that are told apart; beyond that it is no category.
DISTINCT = 5_000
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A condition that a rule may be made of. ``field`` is what it is about."""

    field: str
    dimension: str
    when: dict[str, Any]


def least_members(contacts: int) -> int:
    """How many a condition must hold for, and not hold for, to be looked at."""
    return max(20, ceil(contacts / 100))


@dataclass(slots=True)
class Seen:
    """What a field holds, counted contact by contact."""

    name: str
    type: str
    filled: int = 0
    counts: Counter[Any] = field(default_factory=Counter)
    words: Counter[str] = field(default_factory=Counter)
    # How a value is written, by how it compares.
    spelled: dict[str, str] = field(default_factory=dict)

    def add(self, raw: Any) -> None:
        """Take one contact's value as its row holds it."""
        values = list(self._values(raw))
        self.filled += bool(values)
        for value in values:
            if value in self.counts or len(self.counts) < DISTINCT:
                self.counts[value] += 1
        if self.type == "text" and values:
            self.words.update(set(_WORD.findall(values[0])))

    def _values(self, raw: Any) -> Iterator[Any]:
        if raw is None or raw == "":
            return
        if self.type == "number":
            if isinstance(raw, int | float) and not isinstance(raw, bool):
                yield float(raw)
        elif self.type == "boolean":
            if isinstance(raw, bool):
                yield raw
        elif self.type == "words":
            yield from (self._text(name) for _number, name in raw)
        elif self.type == "reference":
            yield from (number for number, _name in raw)
        elif self.type in ("text", "choice"):
            yield self._text(str(raw))
        else:
            yield True

    def _text(self, text: str) -> str:
        folded = text.casefold().strip()
        self.spelled.setdefault(folded, text.strip())
        return folded

    def candidates(self, *, contacts: int) -> Iterator[Candidate]:
        """Those with enough on either side, of ``contacts`` in all."""
        least = least_members(contacts)
        if least <= self.filled <= contacts - least:
            yield self._candidate("is_set")
        if self.type == "number":
            for cut in cut_points(self.counts):
                yield self._candidate("gte", cut)
        elif self.type == "boolean":
            yield self._candidate("eq", True)
        elif self.type == "words":
            yield from self._of_values("contains", least)
        elif self.type in ("reference", "text", "choice"):
            yield from self._of_values("eq", least)
            yield from self._of_words(least)

    def _of_values(self, op: str, least: int) -> Iterator[Candidate]:
        for value, count in sorted(self.counts.most_common(), key=_by_count)[:VALUES]:
            shown = self.spelled.get(value, value)
            if count >= least and not (
                isinstance(shown, str) and len(shown) > LONGEST_VALUE
            ):
                yield self._candidate(op, shown)

    def _of_words(self, least: int) -> Iterator[Candidate]:
        """Words within texts that differ as wholes: "marketing" in job titles."""
        frequent = {value for value, count in self.counts.items() if count >= least}
        told = sum(self.counts[value] for value in frequent)
        if self.type != "text" or told > self.filled / 2:
            return
        for word, count in sorted(self.words.items(), key=_by_count)[:WORDS]:
            if count >= least and word not in frequent:
                yield self._candidate("contains", word)

    def _candidate(self, op: str, value: Any = None) -> Candidate:
        leaf = {"field": self.name, "op": op}
        if value is not None:
            leaf["value"] = value
        return Candidate(field=self.name, dimension="fit", when=leaf)


def cut_points(counts: Counter[float]) -> list[float | int]:
    """Round numbers near the deciles, none of which is the least there is."""
    values = sorted(counts)
    below, so_far = [], 0
    for value in values:
        so_far += counts[value]
        below.append(so_far)
    cuts = set()
    for quantile in QUANTILES:
        place = bisect_left(below, quantile * so_far)
        if place < len(values):
            cuts.add(rounded(values[place]))
    return sorted(cut for cut in cuts if cut > values[0])


def rounded(value: float) -> float | int:
    """To two significant digits: one can say "700", not "698.4"."""
    if value == 0:
        return 0
    places = 1 - floor(log10(abs(value)))
    near = round(value, places)
    return int(near) if float(near).is_integer() else near


def _by_count(pair: tuple[Any, int]) -> tuple[int, str]:
    return -pair[1], str(pair[0])
