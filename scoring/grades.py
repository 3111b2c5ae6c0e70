"""Words for scores."""

from __future__ import annotations


def grade(*, fit: float, engagement: float, threshold: float) -> str:
    """A letter for fit and a digit for engagement: A1 is best, C3 is worst.

    Of the threshold, a third by fit is an A, a sixth a B; two thirds by engagement
    are a 1, one third a 2.
    """
    letter = "A" if fit * 3 >= threshold else "B" if fit * 6 >= threshold else "C"
    ratio = engagement * 3
    digit = 1 if ratio >= threshold * 2 else 2 if ratio >= threshold else 3
    return f"{letter}{digit}"
