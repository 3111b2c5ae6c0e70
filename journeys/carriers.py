"""What carries a measure out: apps above say here what of theirs does.

    register_carriers(sequences_of)

journeys knows none of them: a content, a sequence or an event names its measure, not
the other way round.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Carrier:
    """One thing that carries a measure out, with its page."""

    kind: str  # in words: "Sequence"
    name: str
    url: str = ""
    # What of its state matters to who reads the plan: "paused", "5 mails", or "".
    state: str = ""


Load = Callable[[Collection[int]], dict[int, list[Carrier]]]
"""Numbers of measures -> what carries each; a fixed number of queries."""

_loaders: list[Load] = []


def register_carriers(load: Load) -> None:
    """Again with the same function: changes nothing."""
    if load not in _loaders:
        _loaders.append(load)


def carriers_of(measure_ids: Collection[int]) -> dict[int, list[Carrier]]:
    """Measure id -> what carries it out, in the order in which apps registered."""
    found: dict[int, list[Carrier]] = defaultdict(list)
    if measure_ids:
        for load in _loaders:
            for pk, carriers in load(measure_ids).items():
                found[pk] += carriers
    return found
