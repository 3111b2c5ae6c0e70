"""All models by their name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from insights.attribution import heuristics
from insights.attribution.markov import Chain, markov
from insights.attribution.matrices import Matrix, inverse
from insights.attribution.paths import Credits, Path, shared
from insights.attribution.shapley import shapley

WEIGHTS = {
    "first": heuristics.first,
    "last": heuristics.last,
    "linear": heuristics.linear,
    "position": heuristics.position,
    "w_shaped": heuristics.w_shaped,
    "shapley": shapley,
}
MODELS = (
    "first",
    "last",
    "linear",
    "time_decay",
    "position",
    "w_shaped",
    "markov",
    "shapley",
)
# What paths without times and milestones allow.
OF_FILES = tuple(name for name in MODELS if name != "w_shaped")
# What asks when a path was gone, or for its milestones: equal ways differ by these.
OF_TIMES = ("time_decay", "w_shaped")
HALF_LIFE_DAYS = 30.0


def attribute(
    paths: Sequence[Path],
    *,
    model: str,
    half_life_days: float = HALF_LIFE_DAYS,
    order: int = 1,
    invert: Callable[[Matrix], Matrix] = inverse,
    most: int | None = None,
    others: Chain | None = None,
) -> Credits:
    """Share the conversions of ``paths``, and their value, among what was touched.

    Credits add up to the conversions, and to the value, of all paths with a touch.
    ``half_life_days`` is time decay's; the rest are Markov's.
    Raises ``KeyError`` for an unknown model, and what ``markov`` raises.
    """
    if model == "markov":
        return markov(paths, order=order, invert=invert, most=most, others=others)
    if model == "time_decay":
        weigh = partial(heuristics.time_decay, half_life_days=half_life_days)
        return shared(paths, weigh)
    return shared(paths, WEIGHTS[model])
