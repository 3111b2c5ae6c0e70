"""What a threshold takes and what came of those: pure, no database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scoring.calibration import wilson_interval


@dataclass(frozen=True, slots=True)
class Hits:
    """Of ``all`` that were scored, ``taken`` reached the threshold.

    ``hits`` of those had the outcome, of ``positives`` that had it in all. Words as in
    Manning, Raghavan and Schütze (2008), "Introduction to Information Retrieval", 8.3.
    """

    taken: int
    hits: int
    positives: int
    all: int

    @property
    def precision(self) -> float | None:
        """The share of those taken that had the outcome."""
        return self.hits / self.taken if self.taken else None

    @property
    def recall(self) -> float | None:
        """The share of those with the outcome that were taken."""
        return self.hits / self.positives if self.positives else None

    @property
    def base_rate(self) -> float | None:
        """The share of all that had the outcome: the precision of drawing lots."""
        return self.positives / self.all if self.all else None

    @property
    def lift(self) -> float | None:
        """How many times better than drawing lots."""
        if self.precision is None or not self.base_rate:
            return None
        return self.precision / self.base_rate

    @property
    def precision_interval(self) -> tuple[float, float]:
        """95 %, after Wilson."""
        return wilson_interval(self.hits, self.taken)


def hits_at(
    scores: Sequence[float], happened: Sequence[bool], *, threshold: float
) -> Hits:
    """Count who reaches the threshold, and what came of it."""
    taken = [
        is_one
        for score, is_one in zip(scores, happened, strict=True)
        if score >= threshold
    ]
    return Hits(
        taken=len(taken),
        hits=sum(map(bool, taken)),
        positives=sum(map(bool, happened)),
        all=len(scores),
    )
