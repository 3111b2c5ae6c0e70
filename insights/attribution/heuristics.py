"""Models that say outright what each touch of a path weighs. Weights add up to one."""

from __future__ import annotations

from insights.attribution.paths import Path

ENDS = 0.4
MILESTONE, REST = 0.3, 0.1


def first(path: Path) -> list[float]:
    """The first touch gets all."""
    return [1.0] + [0.0] * (len(path.touches) - 1)


def last(path: Path) -> list[float]:
    """The last touch gets all."""
    return [0.0] * (len(path.touches) - 1) + [1.0]


def linear(path: Path) -> list[float]:
    """All touches get the same."""
    count = len(path.touches)
    return [1 / count] * count


def time_decay(path: Path, *, half_life_days: float) -> list[float]:
    """A touch weighs half as much for every half-life between it and the conversion.

    Where nothing is known of times, half as much for every touch that followed.
    Raises ``ValueError`` if ``half_life_days`` is not positive.
    """
    if half_life_days <= 0:
        raise ValueError(f"half_life_days must be positive, not {half_life_days}")
    count = len(path.touches)
    if path.ages:
        # Counted from the latest touch: else all weights of a long way would vanish.
        latest = min(path.ages)
        halvings = [(age - latest) / half_life_days for age in path.ages]
    else:
        halvings = [float(count - 1 - place) for place in range(count)]
    return _normal([0.5**times for times in halvings])


def position(path: Path) -> list[float]:
    """40 % for the first touch, 40 % for the last, 20 % for all between them.

    Of two touches each gets half; a single one gets all.
    """
    count = len(path.touches)
    if count <= 2:
        return linear(path)
    between = (1 - 2 * ENDS) / (count - 2)
    return [ENDS, *[between] * (count - 2), ENDS]


def w_shaped(path: Path) -> list[float]:
    """30 % for the first touch and for each milestone, 10 % for all others.

    A touch that is several of these gets the sum. Where there are no others, or a
    milestone is missing, what there is gets the same share of the whole.
    """
    count = len(path.touches)
    weights = [0.0] * count
    for place in (0, *path.milestones):
        weights[place] += MILESTONE
    others = [place for place, weight in enumerate(weights) if not weight]
    for place in others:
        weights[place] = REST / len(others)
    return _normal(weights)


def _normal(weights: list[float]) -> list[float]:
    total = sum(weights)
    return [weight / total for weight in weights]
