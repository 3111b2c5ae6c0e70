"""How long it takes until something happens, those included to whom it has not yet.

The product-limit estimator of E. L. Kaplan and P. Meier, "Nonparametric estimation from
incomplete observations", Journal of the American Statistical Association 53 (1958).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple


class Wait(NamedTuple):
    """So many were watched for so long, and for so many of them that was the end of it.

    The others wait longer than that, nobody knows how long.
    """

    duration: float
    ended: int
    watched: int = 1


def survival(waits: Collection[Wait]) -> Iterator[tuple[float, float]]:
    """After each time at which a wait ended, the first one first: the share that still

    waits then. Who was watched up to a moment is counted at it.
    """
    share, watched = 1.0, sum(wait.watched for wait in waits)
    for duration, group in groupby(sorted(waits), attrgetter("duration")):
        alike = list(group)
        if ended := sum(wait.ended for wait in alike):
            share *= (watched - ended) / watched
            yield duration, share
        watched -= sum(wait.watched for wait in alike)


def median_time(waits: Collection[Wait]) -> float | None:
    """When half of them have come to the end; None if that cannot be said yet."""
    # A product of exact fractions may miss the half by a rounding.
    half = 0.5 + 1e-12
    return next(
        (duration for duration, share in survival(waits) if share <= half), None
    )
