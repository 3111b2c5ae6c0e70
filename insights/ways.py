"""The ways that contacts really took, against the one that a journey defines.

A *way* is the phases that somebody entered, in the order in which they did; the
*order* is the phases as the journey defines them. Both are sequences of numbers of
phases. A way may still go on: who is in the second phase has done nothing wrong by not
having reached the last. No database, no clock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

Key = TypeVar("Key", bound=Hashable)
Way = tuple[int, ...]
Ways = Mapping[Way, int]
"""Way -> how many contacts took it."""

# Where a way begins, as if it were a phase.
START = 0


def fitness(way: Sequence[int], order: Sequence[int]) -> float:
    """How well a way fits the order: from 0 to 1, and 1 only where it is as defined.

    The alignment-based fitness of conformance checking (van der Aalst, Adriansyah and
    van Dongen, "Replaying history on process models for conformance checking and
    performance analysis", 2012), for a model that is one sequence and a way that may
    stop anywhere in it: 1 - cost / worst cost. The cost is the fewest stays that were
    not foreseen plus phases left out, over all beginnings of the order that the way
    can be laid beside; the worst is that no stay was foreseen. Stays in phases that
    the order does not have (where lost deals end) are no part of it.
    """
    known = set(order)
    taken = [phase for phase in way if phase in known]
    if not taken:
        return 1.0
    # ``common[n]``: what the stays so far have in common with the first n phases, which
    # is their longest common subsequence.
    common = [0] * (len(order) + 1)
    for phase in taken:
        before = common[:]
        for place, defined in enumerate(order, start=1):
            found = before[place - 1] + 1 if phase == defined else 0
            common[place] = max(before[place], common[place - 1], found)
    cost = min(
        (len(taken) - same) + (place - same) for place, same in enumerate(common)
    )
    return 1 - cost / len(taken)


@dataclass(frozen=True, slots=True)
class Conformance:
    """Of all ways: the mean fitness, and how many are as defined."""

    contacts: int = 0
    as_defined: int = 0
    fitness: float | None = None

    @property
    def share(self) -> float | None:
        return self.as_defined / self.contacts if self.contacts else None


def conformance(ways: Ways, order: Sequence[int]) -> Conformance:
    """Each contact counts the same, however long the way is."""
    contacts = sum(ways.values())
    if not contacts:
        return Conformance()
    fits = {way: fitness(way, order) for way in ways}
    return Conformance(
        contacts=contacts,
        as_defined=sum(count for way, count in ways.items() if fits[way] == 1),
        fitness=sum(fits[way] * count for way, count in ways.items()) / contacts,
    )


def entered(ways: Ways) -> Counter[int]:
    """Phase -> contacts whose way leads through it."""
    return _contacts_by(ways, set)


@dataclass(frozen=True, slots=True)
class Skips:
    """Of the contacts who have come past a phase: those who never were in it."""

    passed: int = 0
    skipped: int = 0

    @property
    def share(self) -> float | None:
        return self.skipped / self.passed if self.passed else None


def skips(ways: Ways, order: Sequence[int]) -> dict[int, Skips]:
    """Phase -> who came past it, which is: was in any later one. The last has nobody."""
    place_of = {phase: place for place, phase in enumerate(order)}
    passed: Counter[int] = Counter()
    skipped: Counter[int] = Counter()
    for way, count in ways.items():
        places = {place_of[phase] for phase in way if phase in place_of}
        for place in range(max(places, default=0)):
            passed[order[place]] += count
            if place not in places:
                skipped[order[place]] += count
    return {phase: Skips(passed[phase], skipped[phase]) for phase in order}


def repeated(ways: Ways) -> Counter[int]:
    """Phase -> contacts who were in it more than once."""
    return _contacts_by(
        ways, lambda way: [phase for phase, n in Counter(way).items() if n > 1]
    )


@dataclass(frozen=True, slots=True)
class Move:
    """From one phase into the next one entered, or from ``START`` into the first."""

    source: int
    target: int
    moves: int
    contacts: int


def moves(ways: Ways) -> list[Move]:
    """Every move there was, the most frequent first. They add up to the stays."""
    times: Counter[tuple[int, int]] = Counter()
    for way, count in ways.items():
        for pair in pairwise((START, *way)):
            times[pair] += count
    people = _contacts_by(ways, lambda way: set(pairwise((START, *way))))
    return [
        Move(*pair, moves=count, contacts=people[pair])
        for pair, count in sorted(
            times.items(), key=lambda entry: (-entry[1], entry[0])
        )
    ]


@dataclass(frozen=True, slots=True)
class Stream:
    """Contacts whose stay number ``step`` (from 0) was ``source``, the next ``target``."""

    step: int
    source: int
    target: int
    contacts: int


def streams(ways: Ways, *, steps: int) -> list[Stream]:
    """The first stays of all ways, step by step: what a flow chart draws.

    Phases stand once for each step, so that who comes back makes no circle.
    """
    found: Counter[tuple[int, int, int]] = Counter()
    for way, count in ways.items():
        for step, (source, target) in enumerate(pairwise(way[:steps])):
            found[step, source, target] += count
    return [Stream(*key, contacts=count) for key, count in sorted(found.items())]


def stations(ways: Ways, *, steps: int) -> Counter[tuple[int, int]]:
    """(Step, phase) -> contacts whose stay number ``step`` (from 0) was there."""
    return _contacts_by(ways, lambda way: enumerate(way[:steps]))


@dataclass(frozen=True, slots=True)
class Variant:
    """A way and how many took it; ``share`` is of 1."""

    way: Way
    contacts: int
    share: float
    fitness: float


def variants(ways: Ways, order: Sequence[int]) -> list[Variant]:
    """Each different way, the most frequent first; they add up to the contacts."""
    contacts = sum(ways.values())
    return [
        Variant(way, count, count / contacts, fitness(way, order))
        for way, count in sorted(ways.items(), key=lambda entry: (-entry[1], entry[0]))
    ]


def _contacts_by(ways: Ways, keys_of: Callable[[Way], Iterable[Key]]) -> Counter[Key]:
    """Key -> contacts; ``keys_of`` a way names each once."""
    found: Counter[Key] = Counter()
    for way, count in ways.items():
        for key in keys_of(way):
            found[key] += count
    return found
