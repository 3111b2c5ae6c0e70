"""Whether more points, or a higher chance, go with the outcome more often: pure.

A table as behind a reliability diagram (DeGroot and Fienberg, 1983; Niculescu-Mizil and
Caruana, 2005): bins of the score, and of each the share that had the outcome.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, sqrt

from scoring.roc import Tallies, tallied


@dataclass(frozen=True, slots=True)
class CalibrationBin:
    """Those whose score is at least ``low`` and below ``high``; None: without end."""

    low: float | None
    high: float | None
    count: int
    positives: int
    mean_score: float

    @property
    def share(self) -> float:
        """How many of them had the outcome."""
        return self.positives / self.count

    @property
    def interval(self) -> tuple[float, float]:
        """95 % of the share, after Wilson."""
        return wilson_interval(self.positives, self.count)


def calibration_bins(
    scores: Sequence[float], happened: Sequence[bool], *, edges: Sequence[float]
) -> list[CalibrationBin]:
    """The bins between ``edges``, in order, and those below and above them.

    Bins that nobody is in are left out.
    """
    return bins_of(tallied(scores, happened), edges=edges)


def bins_of(tallies: Tallies, *, edges: Sequence[float]) -> list[CalibrationBin]:
    """The same of scores that are counted already."""
    edges = sorted(set(edges))
    found: dict[int, list[tuple[float, int, int]]] = {}
    for score, (without, with_it) in tallies.items():
        place = bisect_right(edges, score)
        found.setdefault(place, []).append((score, without, with_it))
    ends = [None, *edges, None]
    bins = []
    for place, rows in sorted(found.items()):
        count = sum(without + with_it for _score, without, with_it in rows)
        bins.append(
            CalibrationBin(
                low=ends[place],
                high=ends[place + 1],
                count=count,
                positives=sum(with_it for _score, _without, with_it in rows),
                mean_score=fsum(s * (no + yes) for s, no, yes in rows) / count,
            )
        )
    return bins


def equal_edges(low: float, high: float, bins: int) -> list[float]:
    """The inner edges of that many bins of equal width."""
    return [low + (high - low) * step / bins for step in range(1, bins)]


def wilson_interval(
    positives: int, count: int, *, z: float = 1.959963984540054
) -> tuple[float, float]:
    """The score interval of Wilson (1927) of a share; (0, 1) of nobody. 95 %."""
    if not count:
        return 0.0, 1.0
    share = positives / count
    middle = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count)
    half *= sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    # By the formula, of none it begins at 0 and of all it ends at 1; floats miss it.
    low = max(0.0, middle - half) if positives else 0.0
    return low, min(1.0, middle + half) if positives < count else 1.0
