"""What came before and after each step of a contact on a journey.

A step is a stay that began in a phase, or a touch by a measure of one. To know it of each
step is what makes contacts add up: of somebody's stays in a phase within a period exactly
one has none before it in that period, and if anything later in the period led on, then
that one knows. So contacts are counted without looking at one twice. No database, no
clock.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

BETWEEN = "."


class Place(NamedTuple):
    """Of a phase in its journey."""

    position: int
    # Whether who comes into it has moved on: not where lost deals end.
    is_onward: bool


class Entry(NamedTuple):
    """A stay that began."""

    phase_id: int
    at: datetime
    # When the contact had last come into the same phase.
    before_at: datetime | None
    # When the contact first came into a later one, from then on.
    moved_on_at: datetime | None
    # The phases so far, this one last: "3.5.9".
    way: str
    # When the next stay began.
    next_at: datetime | None


class Touch(NamedTuple):
    """What a person did through a measure."""

    measure_id: int
    at: datetime
    before_at: datetime | None
    moved_on_at: datetime | None


def entries(
    stays: Sequence[tuple[int, datetime]], places: Mapping[int, Place]
) -> list[Entry]:
    """Of one contact's stays in one journey, (phase, when it began), in their order."""
    starts = [(at, places[phase].position) for phase, at in stays]
    moved_on = _moved_on(starts, stays, places)
    before = _before(stays)
    way, found = "", []
    for number, (phase, at) in enumerate(stays):
        way = f"{way}{BETWEEN}{phase}" if way else str(phase)
        next_at = stays[number + 1][1] if number + 1 < len(stays) else None
        found.append(Entry(phase, at, before[number], moved_on[number], way, next_at))
    return found


def touches(
    touched: Sequence[tuple[int, datetime]],
    positions: Mapping[int, int],
    stays: Sequence[tuple[int, datetime]],
    places: Mapping[int, Place],
) -> list[Touch]:
    """Of one contact's touches in one journey, (measure, when), in their order.

    ``positions`` are those of the measures' phases.
    """
    starts = [(at, positions[measure]) for measure, at in touched]
    moved_on = _moved_on(starts, stays, places)
    before = _before(touched)
    return [
        Touch(measure, at, before[number], moved_on[number])
        for number, (measure, at) in enumerate(touched)
    ]


def way_of(text: str) -> tuple[int, ...]:
    """The phases of ``Entry.way``."""
    return tuple(int(phase) for phase in text.split(BETWEEN))


def _before(steps: Sequence[tuple[Hashable, datetime]]) -> list[datetime | None]:
    last: dict[Hashable, datetime] = {}
    found = []
    for key, at in steps:
        found.append(last.get(key))
        last[key] = at
    return found


def _moved_on(
    starts: Sequence[tuple[datetime, int]],
    stays: Sequence[tuple[int, datetime]],
    places: Mapping[int, Place],
) -> list[datetime | None]:
    """For each (moment, position), in their order: the first stay further on.

    Of what begins at the same moment, each is after the other.
    """
    earliest: dict[int, datetime] = {}
    later = _latest_first(stays)
    ahead = next(later, None)
    found: list[datetime | None] = []
    for at, position in reversed(starts):
        while ahead is not None and ahead[0] >= at:
            for phase in ahead[1]:
                if places[phase].is_onward:
                    earliest[places[phase].position] = ahead[0]
            ahead = next(later, None)
        further = [moment for place, moment in earliest.items() if place > position]
        found.append(min(further, default=None))
    found.reverse()
    return found


def _latest_first(
    stays: Sequence[tuple[int, datetime]],
) -> Iterator[tuple[datetime, list[int]]]:
    for at, group in groupby(reversed(stays), key=lambda stay: stay[1]):
        yield at, [phase for phase, _at in group]
