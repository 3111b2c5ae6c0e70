"""How long it takes until something happens, those included to whom it has not yet.

The product-limit estimator of E. L. Kaplan and P. Meier, "Nonparametric estimation from
incomplete observations", Journal of the American Statistical Association 53 (1958).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def survival(
    durations: Sequence[float],
    ended: Sequence[bool],
    counts: Sequence[int] | None = None,
) -> list[tuple[float, float]]:
    """After each time at which somebody's wait ended: the share that still waits then.

    ``durations`` is how long each was watched, ``ended`` whether that was the end of
    the wait; who is not at the end waits longer than that, nobody knows how long.
    Who was watched up to a moment is counted at it. ``counts`` is of how many each is
    true; without it of one.
    """
    counts = [1] * len(durations) if counts is None else counts
    ends: Counter[float] = Counter()
    leaves: Counter[float] = Counter()
    for duration, has_ended, count in zip(durations, ended, counts, strict=True):
        leaves[duration] += count
        ends[duration] += count * has_ended
    curve, share, watched = [], 1.0, sum(counts)
    for duration in sorted(leaves):
        if ends[duration]:
            share *= (watched - ends[duration]) / watched
            curve.append((duration, share))
        watched -= leaves[duration]
    return curve


def median_time(
    durations: Sequence[float],
    ended: Sequence[bool],
    counts: Sequence[int] | None = None,
) -> float | None:
    """When half of them have come to the end; None if that cannot be said yet."""
    # A product of exact fractions may miss the half by a rounding.
    half = 0.5 + 1e-12
    curve = survival(durations, ended, counts)
    return next((duration for duration, share in curve if share <= half), None)
