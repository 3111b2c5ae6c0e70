"""How long it takes until something happens, those included to whom it has not yet.

The product-limit estimator of E. L. Kaplan and P. Meier, "Nonparametric estimation from
incomplete observations", Journal of the American Statistical Association 53 (1958).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def survival(
    durations: Sequence[float], ended: Sequence[bool]
) -> list[tuple[float, float]]:
    """After each time at which somebody's wait ended: the share that still waits then.

    ``durations`` is how long each was watched, ``ended`` whether that was the end of
    the wait; who is not at the end waits longer than that, nobody knows how long.
    Who was watched up to a moment is counted at it.
    """
    ends: Counter[float] = Counter()
    leaves: Counter[float] = Counter()
    for duration, has_ended in zip(durations, ended, strict=True):
        leaves[duration] += 1
        ends[duration] += has_ended
    curve, share, watched = [], 1.0, len(durations)
    for duration in sorted(leaves):
        if ends[duration]:
            share *= (watched - ends[duration]) / watched
            curve.append((duration, share))
        watched -= leaves[duration]
    return curve


def median_time(durations: Sequence[float], ended: Sequence[bool]) -> float | None:
    """When half of them have come to the end; None if that cannot be said yet."""
    # A product of exact fractions may miss the half by a rounding.
    half = 0.5 + 1e-12
    return next(
        (duration for duration, share in survival(durations, ended) if share <= half),
        None,
    )
