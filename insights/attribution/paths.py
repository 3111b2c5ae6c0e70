"""What attribution reckons with: ways to a conversion, or to none, and credit for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import fsum

Key = Hashable
"""What a touch is counted on: a channel, a measure, a content ..."""


@dataclass(frozen=True, slots=True)
class Path:
    """Touches in their order, and what became of those who went this way.

    ``ages`` are the days from each touch to the conversion, where they are known.
    ``milestones`` are places in ``touches``: see ``heuristics.w_shaped``.
    """

    touches: tuple[Key, ...]
    conversions: float = 0.0
    value: float = 0.0
    # How many went it and did not convert.
    nulls: float = 0.0
    ages: tuple[float, ...] = ()
    milestones: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Credit:
    """What somebody earned of all conversions, and of their value."""

    conversions: float = 0.0
    value: float = 0.0


Credits = dict[Key, Credit]


def keys_of(paths: Iterable[Path]) -> list[Key]:
    """All that was touched, each once, in the order of their first appearance."""
    return list(dict.fromkeys(key for path in paths for key in path.touches))


def shared(paths: Sequence[Path], weigh: Callable[[Path], Sequence[float]]) -> Credits:
    """Share each path among its touches by the weights, which add up to one.

    What was touched on the way to no conversion earns nothing, and is there. Sums are
    exact to the last bit but one, however many paths there are.
    """
    conversions: dict[Key, list[float]] = defaultdict(list)
    values: dict[Key, list[float]] = defaultdict(list)
    for path in paths:
        if not path.conversions and not path.value:
            continue
        for key, weight in zip(path.touches, weigh(path), strict=True):
            conversions[key].append(weight * path.conversions)
            if path.value:
                values[key].append(weight * path.value)
    return {
        key: Credit(fsum(conversions.get(key, ())), fsum(values.get(key, ())))
        for key in keys_of(paths)
    }
