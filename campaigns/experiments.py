"""Which variant is better: tests that stay valid at every look. No database, no clock."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from scoring.calibration import wilson_interval

ALPHA = 0.05
# How far apart click rates of two mails usually are: what the test is best at finding.
# It is valid with any other, only slower.
USUAL_DIFFERENCE = 0.05


@dataclass(frozen=True, slots=True)
class Arm:
    """How many contacts came into a variant, and for how many it was a success."""

    contacts: int
    successes: int

    def __post_init__(self) -> None:
        if not 0 <= self.successes <= self.contacts:
            raise ValueError(f"{self.successes} of {self.contacts} cannot be")

    @property
    def rate(self) -> float | None:
        return self.successes / self.contacts if self.contacts else None


def evidence(one: Arm, other: Arm, *, spread: float = USUAL_DIFFERENCE) -> float:
    """How many times better a difference explains what was seen than none does.

    The mixture sequential probability ratio test of two proportions, in its normal
    approximation: Robbins, "Statistical methods related to the law of the iterated
    logarithm" (1970); Johari, Koomen, Pekelis and Walsh, "Always valid inference:
    continuous monitoring of A/B tests" (2022), equation 8. The difference is mixed over
    a normal distribution around 0 with standard deviation ``spread``. Where both are
    alike, it ever exceeds 1/a with a probability of at most a, however often one
    looks; so it may be looked at every hour.

    The variance is that of the pooled rate with one success and one failure added
    (after Agresti and Caffo), so that few successes do not pass for certainty: the
    approximation wants some dozens of contacts in each arm.
    """
    if not one.contacts or not other.contacts:
        return 1.0
    pooled = (one.successes + other.successes + 1) / (one.contacts + other.contacts + 2)
    variance = pooled * (1 - pooled) * (1 / one.contacts + 1 / other.contacts)
    mixed = variance + spread**2
    difference = one.successes / one.contacts - other.successes / other.contacts
    exponent = spread**2 * difference**2 / (2 * variance * mixed)
    return math.sqrt(variance / mixed) * math.exp(min(exponent, 700.0))


def winner_of(
    arms: Mapping[str, Arm], *, least: int, alpha: float = ALPHA
) -> str | None:
    """The variant that is better than each other one, if that is sure enough yet.

    Of k variants there are k(k-1)/2 pairs; each gets its share of ``alpha`` (Bonferroni),
    so that with a probability of at least 1 - ``alpha`` no variant ever wins over one
    that is as good. Nobody wins before all have ``least`` contacts.
    """
    if len(arms) < 2 or any(arm.contacts < least for arm in arms.values()):
        return None
    pairs = len(list(combinations(arms, 2)))
    best = max(arms, key=lambda name: (arms[name].rate or 0.0, name))
    others = [arm for name, arm in arms.items() if name != best]
    is_sure = all(
        evidence(arms[best], arm) >= pairs / alpha
        and (arms[best].rate or 0.0) > (arm.rate or 0.0)
        for arm in others
    )
    return best if is_sure else None


def interval(arm: Arm, *, z: float = 1.96) -> tuple[float, float]:
    """Wilson's score interval (1927) of a rate; (0, 1) if nobody is there."""
    return wilson_interval(arm.successes, arm.contacts, z=z)


def difference_interval(
    one: Arm, other: Arm, *, z: float = 1.96
) -> tuple[float, float]:
    """95 % interval of rate(one) - rate(other), for one look.

    Newcombe's hybrid of two Wilson intervals: "Interval estimation for the difference
    between independent proportions" (1998), method 10.
    """
    p, q = one.rate or 0.0, other.rate or 0.0
    (p_low, p_high), (q_low, q_high) = interval(one, z=z), interval(other, z=z)
    low = p - q - math.sqrt((p - p_low) ** 2 + (q_high - q) ** 2)
    high = p - q + math.sqrt((p_high - p) ** 2 + (q - q_low) ** 2)
    return max(-1.0, low), min(1.0, high)
