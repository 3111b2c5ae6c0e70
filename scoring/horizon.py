"""When a fading score will pass a level, if nothing happens until then.

Between the moments at which a cap lets go, what interactions are worth is a sum of
exponentials ``c * 2^(-r t)``. Such a sum has few turning points, and they can be found:
multiplied by ``2^(s t)`` for one of its rates s, its derivative is a sum with one term
less and the same roots in between (Rolle; Pólya and Szegő, Part V, 75-77). Between two
of them the sum only rises or only falls, and the passage is bracketed.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from math import fsum, log, log2

from scoring.counting import Curve

DAYS = 36_525.0
# A tenth of a millisecond, in days.
PRECISION = 1e-9
LN_2 = log(2)

Term = tuple[float, float]
"""c and r of ``c * 2^(-r t)``, with t in days."""


def first_below(curves: Sequence[Curve], level: float) -> float | None:
    """In how many days the curves' sum is below ``level`` for the first time.

    0 if it is now, None if it never is within a century.
    """
    edges = sorted({0.0, DAYS, *(edge for c in curves if (edge := _lets_go(c)))})
    for low, high in itertools.pairwise(edges):
        terms = _terms(curves, level, low)
        points = [low, *_turns(terms, low, high), high]
        if _value(terms, low) < 0:
            return low
        for start, end in itertools.pairwise(points):
            if _value(terms, end) < 0:
                return _passage(lambda t, terms=terms: _value(terms, t), start, end)
    return None


def first_above(curves: Sequence[Curve], level: float) -> float | None:
    """In how many days the curves' sum is above ``level``, as ``first_below``."""
    mirrored = [Curve(-c.worth, c.half_life_days, c.cap) for c in curves]
    return first_below(mirrored, -level)


def soonest_drift(curves: Sequence[Curve], points: float) -> float | None:
    """Days until which the sum cannot have changed by ``points``; None for never.

    A bound, not the moment: as if all curves were let go by their caps, and none made
    up for another. So it takes no search, and errs by being early.
    """
    speed = moving = 0.0
    for curve in curves:
        if curve.half_life_days is not None:
            worth = abs(curve.after(0))
            moving += worth
            speed += worth * LN_2 / curve.half_life_days
    if moving < points:
        return None
    return min(points / speed, DAYS)


def _lets_go(curve: Curve) -> float | None:
    """When a curve that is held by its cap starts to fall, within the century."""
    if curve.cap is None or curve.half_life_days is None:
        return None
    excess = abs(curve.worth) / curve.cap
    if excess <= 1:
        return None
    edge = curve.half_life_days * log2(excess)
    return edge if edge < DAYS else None


def _terms(curves: Sequence[Curve], level: float, low: float) -> list[Term]:
    """The sum less ``level`` as it runs from ``low`` to the next edge."""
    by_rate: dict[float, list[float]] = {0.0: [-level]}
    for curve in curves:
        if curve.half_life_days is None:
            by_rate[0.0].append(curve.after(0))
            continue
        held = abs(curve.worth) > (curve.cap or abs(curve.worth))
        if held and low < (_lets_go(curve) or DAYS):
            by_rate[0.0].append(curve.after(low))
        else:
            by_rate.setdefault(1 / curve.half_life_days, []).append(curve.worth)
    return [(c, rate) for rate, cs in by_rate.items() if (c := fsum(cs))]


def _value(terms: Sequence[Term], t: float) -> float:
    return fsum([c * 2.0 ** (-rate * t) for c, rate in terms])


def _turns(terms: Sequence[Term], low: float, high: float) -> list[float]:
    """Where the sum turns, in order."""
    slope = [(-c * rate, rate) for c, rate in terms if rate]
    return _roots(slope, low, high)


def _roots(terms: Sequence[Term], low: float, high: float) -> list[float]:
    """Where the sum changes its sign, in order."""
    if len({c > 0 for c, _rate in terms}) < 2:
        return []
    # Multiplied by 2^(s t), s the slowest rate, the last term's derivative is zero.
    slowest = min(rate for _c, rate in terms)
    faster = [(c, rate - slowest) for c, rate in terms]
    slope = [(-c * rate, rate) for c, rate in faster if rate]
    points = [low, *_roots(slope, low, high), high]
    found = []
    for start, end in itertools.pairwise(points):
        at_start, at_end = _value(faster, start), _value(faster, end)
        if at_start > 0 > at_end:
            found.append(_passage(lambda t: _value(faster, t), start, end))
        elif at_start < 0 < at_end:
            found.append(_passage(lambda t: -_value(faster, t), start, end))
    return found


def _passage(value: Callable[[float], float], low: float, high: float) -> float:
    """Where ``value``, not negative at ``low``, has just become so; it only falls.

    Regula falsi after Illinois, halved where it is slow.
    """
    at_low, at_high = value(low), value(high)
    for step in range(200):
        if high - low <= PRECISION * max(1.0, high / 100):
            break
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        if step % 3 == 2 or not low < middle < high:
            middle = (low + high) / 2
        at_middle = value(middle)
        if at_middle < 0:
            high, at_high = middle, at_middle
            at_low /= 2
        else:
            low, at_low = middle, at_middle
            at_high /= 2
    return high
