"""How warm a lead is, from its score and the threshold of its model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from enum import StrEnum

from django.utils.translation import gettext_lazy as _


class Temperature(StrEnum):
    COLD = "cold"
    MILD = "mild"
    WARM = "warm"
    HOT = "hot"

    @property
    def label(self) -> str:
        return str(LABELS[self])


LABELS = {
    Temperature.COLD: _("Cold"),
    Temperature.MILD: _("Mild"),
    Temperature.WARM: _("Warm"),
    Temperature.HOT: _("Hot"),
}


def temperature_of(points: float, threshold: float) -> Temperature:
    """Cold below half of the threshold, warm from it, hot from four thirds of it."""
    if points < threshold / 2:
        return Temperature.COLD
    if points < threshold:
        return Temperature.MILD
    # Multiplied out: 80 of 60 is exactly four thirds.
    return Temperature.HOT if points * 3 >= threshold * 4 else Temperature.WARM


def whole(points: float) -> int:
    """Cut to the whole number below, so that 59.9 never reads 60."""
    return math.floor(points)


def tenth(points: float) -> float:
    """Cut to the tenth below: it begins with the whole number that a badge shows."""
    return math.floor(points * 10) / 10


def adding_up(parts: Sequence[float], total: float) -> list[float]:
    """The parts in tenths, so that they add up to the tenths of their total.

    Each is cut to the tenth below or, where the cut took most, raised to the one above.
    """
    tenths = [math.floor(part * 10) for part in parts]
    missing = math.floor(total * 10) - sum(tenths)
    cut_most_first = sorted(
        range(len(parts)),
        key=lambda place: tenths[place] - parts[place] * 10,
        # Less than nothing is missing if the sum of floats came out too small.
        reverse=missing < 0,
    )
    for place in cut_most_first[: abs(missing)]:
        tenths[place] += 1 if missing > 0 else -1
    return [number / 10 for number in tenths]
