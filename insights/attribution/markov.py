"""Removal effects in a Markov chain of touches, by linear algebra.

Paths are taken for walks of an absorbing chain from the first touch to "converted" or
"left". A channel's removal effect is the share of conversions that is lost if whoever
would touch it leaves instead (Anderl, Becker, von Wangenheim, Schumann: "Mapping the
customer journey", 2016). It is computed from the chain's fundamental matrix (Kemeny,
Snell: "Finite Markov chains", 1960, ch. 3); nothing is simulated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from math import fsum
from typing import Any

from insights.attribution.matrices import Matrix, inverse
from insights.attribution.paths import Credit, Credits, Key, Path, keys_of

State = tuple[Key, ...]
"""The latest touches, as many as the order says; fewer where a path begins."""


class TooManyStates(ValueError):
    """The chain has more states than may be computed here."""

    def __init__(self, states: int) -> None:
        super().__init__(f"{states} states")
        self.states = states


@dataclass(slots=True)
class Chain:
    """How often states followed upon each other. Those of no path are not there."""

    numbers: dict[State, int] = field(default_factory=dict)
    starts: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    steps: dict[int, dict[int, float]] = field(default_factory=dict)
    # By state: on how many visits it was the last one before a conversion; all visits.
    converted: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    visits: dict[int, float] = field(default_factory=lambda: defaultdict(float))
    order: int = 1
    # How many went a path that is in it, whatever became of them.
    walks: float = 0.0

    def _number(self, state: State) -> int:
        return self.numbers.setdefault(state, len(self.numbers))

    def _step(self, before: int, number: int, weight: float) -> None:
        step = self.steps.setdefault(before, {})
        step[number] = step.get(number, 0.0) + weight

    def add(self, path: Path) -> None:
        if not path.touches or path.conversions + path.nulls <= 0:
            return
        order = self.order
        weight = path.conversions + path.nulls
        touches, before = path.touches, -1
        self.walks += weight
        for place in range(len(touches)):
            state = touches[max(0, place + 1 - order) : place + 1]
            number = self._number(state)
            self.visits[number] += weight
            if before < 0:
                self.starts[number] += weight
            else:
                self._step(before, number, weight)
            before = number
        self.converted[before] += path.conversions

    def add_nulls(self, steps: Iterable[tuple[tuple[Key | None, ...], float]]) -> None:
        """Paths without a conversion, counted touch by touch: how often each came.

        Each stands behind as many touches as the order says; None: there were not so
        many before it.
        """
        for touches, weight in steps:
            before = tuple(key for key in touches[:-1] if key is not None)
            number = self._number((*before, touches[-1])[-self.order :])
            self.visits[number] += weight
            if before:
                self._step(self._number(before), number, weight)
            else:
                self.starts[number] += weight
                self.walks += weight

    def as_data(self) -> dict[str, Any]:
        """What JSON can hold; ``from_data`` makes the chain of it again."""
        return {
            "order": self.order,
            "walks": self.walks,
            "states": [
                [state, self.starts[i], self.visits[i], self.converted[i]]
                for state, i in self.numbers.items()
            ],
            "steps": [
                [i, j, weight]
                for i, row in self.steps.items()
                for j, weight in row.items()
            ],
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Chain:
        chain = cls(order=data["order"], walks=data["walks"])
        for number, (state, starts, visits, converted) in enumerate(data["states"]):
            chain.numbers[tuple(state)] = number
            chain.visits[number], chain.converted[number] = visits, converted
            if starts:
                chain.starts[number] = starts
        for i, j, weight in data["steps"]:
            chain.steps.setdefault(i, {})[j] = weight
        return chain

    def matrix(self) -> Matrix:
        """``I - Q``, where Q are the chances of going from state to state."""
        size = len(self.numbers)
        rows = []
        for number in range(size):
            row = [0.0] * size
            for other, weight in self.steps.get(number, {}).items():
                row[other] = -weight / self.visits[number]
            row[number] += 1.0
            rows.append(row)
        return rows


def chain_of(
    paths: Iterable[Path], *, order: int = 1, upon: Chain | None = None
) -> Chain:
    """Count transitions, those of paths without a conversion too.

    A channel touched twice in a row is a transition to itself. ``upon`` is a chain of
    other paths, which is left as it is. Raises ``ValueError`` if the order is not
    positive, or not that of the other.
    """
    if order < 1 or (upon and upon.order != order):
        raise ValueError(f"order must be positive, and the same, not {order}")
    chain = deepcopy(upon) if upon else Chain(order=order)
    for path in paths:
        chain.add(path)
    return chain


def removal_effects(
    paths: Sequence[Path],
    *,
    order: int = 1,
    invert: Callable[[Matrix], Matrix] = inverse,
    most: int | None = None,
    others: Chain | None = None,
) -> dict[Key, float]:
    """Channel -> the share of conversions lost without it, between 0 and 1.

    Let N be the inverse of ``I - Q``. Who is in state j converts with the chance b(j) =
    sum of N(j, i) times the chance to convert from i at once. Among the states that end
    in the channel, h(j) is the chance that j is the first reached: the visits to be
    expected, times the inverse of what N has for these states. Lost is h times b.

    ``order`` is how many touches a state remembers; ``others`` is a chain of paths that
    are not in ``paths``, of those who did not convert. Raises ``TooManyStates`` beyond
    ``most``, and ``ValueError`` as ``chain_of`` does.
    """
    chain = chain_of(paths, order=order, upon=others)
    size = len(chain.numbers)
    if most is not None and size > most:
        raise TooManyStates(size)
    begun = fsum(chain.starts.values())
    if not begun or not any(chain.converted.values()):
        return {}
    known = invert(chain.matrix())
    at_once = [chain.converted[i] / chain.visits[i] for i in range(size)]
    starts = [(i, weight / begun) for i, weight in chain.starts.items()]
    chances = [fsum(map(_product, row, at_once)) for row in known]
    expected = [fsum(share * known[i][j] for i, share in starts) for j in range(size)]
    all_chances = fsum(share * chances[i] for i, share in starts)

    ending_in: dict[Key, list[int]] = defaultdict(list)
    for state, number in chain.numbers.items():
        ending_in[state[-1]].append(number)
    effects = {}
    for key, places in ending_in.items():
        block = invert([[known[i][j] for j in places] for i in places])
        lost = fsum(
            expected[i] * block[row][column] * chances[j]
            for row, i in enumerate(places)
            for column, j in enumerate(places)
        )
        # The last bits may say a little more than all, or less than nothing.
        effects[key] = min(1.0, max(0.0, lost / all_chances))
    return effects


def markov(
    paths: Sequence[Path],
    *,
    order: int = 1,
    invert: Callable[[Matrix], Matrix] = inverse,
    most: int | None = None,
    others: Chain | None = None,
) -> Credits:
    """Share all conversions, and all value, in proportion to the removal effects."""
    effects = removal_effects(
        paths, order=order, invert=invert, most=most, others=others
    )
    whole = fsum(effects.values())
    conversions = fsum(path.conversions for path in paths if path.touches)
    value = fsum(path.value for path in paths if path.touches)
    shares = {key: effect / whole for key, effect in effects.items()} if whole else {}
    return {
        key: Credit(conversions * shares.get(key, 0.0), value * shares.get(key, 0.0))
        # Who is on the way of others only may have sent them where people convert.
        for key in dict.fromkeys([*keys_of(paths), *effects])
    }


def _product(one: float, other: float) -> float:
    return one * other
