"""How warm a lead is, from its score and the threshold of its model."""

from __future__ import annotations

import math
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
