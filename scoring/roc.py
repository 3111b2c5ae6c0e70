"""How well scores tell those with an outcome from those without: pure, no database.

The curve of a receiver (ROC) and the area under it, from scores and what came of each.
Scores of one value are one step: nothing can tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

Tallies = Mapping[float, Sequence[int]]
"""Score -> (how many without the outcome, how many with it)."""


@dataclass(frozen=True, slots=True)
class RocPoint:
    """What is told when whoever reaches ``threshold`` is taken; None: nobody is."""

    threshold: float | None
    false_positive_rate: float
    true_positive_rate: float


def tallied(
    scores: Iterable[float], happened: Iterable[bool]
) -> dict[float, list[int]]:
    """Count the scores, as the other functions take them."""
    tallies: dict[float, list[int]] = {}
    for score, is_one in zip(scores, happened, strict=True):
        tallies.setdefault(score, [0, 0])[bool(is_one)] += 1
    return tallies


def roc_auc(scores: Sequence[float], happened: Sequence[bool]) -> float | None:
    """The area under the curve; None unless there are both with and without.

    It is the share of pairs, one with the outcome and one without, in which the one
    with it has the higher score, equal ones as half: U of Mann and Whitney (1947) by
    the number of pairs (Hanley and McNeil, 1982, "The meaning and use of the area
    under a ROC curve"). Counted in whole numbers, divided once.
    """
    return auc_of(tallied(scores, happened))


def auc_of(tallies: Tallies) -> float | None:
    """The same of scores that are counted already."""
    lower = twice = 0
    for score in sorted(tallies):
        without, with_it = tallies[score]
        twice += with_it * (2 * lower + without)
        lower += without
    pairs = lower * sum(with_it for _without, with_it in tallies.values())
    return twice / (2 * pairs) if pairs else None


def roc_points(scores: Sequence[float], happened: Sequence[bool]) -> list[RocPoint]:
    """The curve from (0, 0) to (1, 1), a point for each score there is.

    After algorithm 1 of Fawcett (2006), "An introduction to ROC analysis". Empty
    unless there are both with and without.
    """
    return points_of(tallied(scores, happened))


def points_of(tallies: Tallies) -> list[RocPoint]:
    """The same of scores that are counted already."""
    steps = sorted(tallies, reverse=True)
    without = list(accumulate(tallies[score][0] for score in steps))
    with_it = list(accumulate(tallies[score][1] for score in steps))
    if not steps or not without[-1] or not with_it[-1]:
        return []
    return [
        RocPoint(None, 0.0, 0.0),
        *(
            RocPoint(score, no / without[-1], yes / with_it[-1])
            for score, no, yes in zip(steps, without, with_it, strict=True)
        ),
    ]


def thinned(points: Sequence[RocPoint], *, at_most: int = 120) -> list[RocPoint]:
    """Those that a picture needs: none that lies on the line between its neighbors,

    and of what is left about ``at_most``, the ends among them.
    """
    kept = [
        point
        for place, point in enumerate(points)
        if place in (0, len(points) - 1)
        or _turns(points[place - 1], point, points[place + 1])
    ]
    every = max(1, -(-len(kept) // at_most))
    return [p for n, p in enumerate(kept) if n % every == 0 or n == len(kept) - 1]


def _turns(before: RocPoint, here: RocPoint, after: RocPoint) -> bool:
    rise = here.true_positive_rate - before.true_positive_rate
    run = here.false_positive_rate - before.false_positive_rate
    next_rise = after.true_positive_rate - here.true_positive_rate
    next_run = after.false_positive_rate - here.false_positive_rate
    return rise * next_run != next_rise * run
