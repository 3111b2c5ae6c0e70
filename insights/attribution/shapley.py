"""Shapley values: what each channel adds to the others, over all orders of joining.

A coalition of channels is worth the conversions of the paths that touched nothing
outside it: what would be left if there were no other channels. This game is a sum of
one unanimity game for each set of channels, and the value of such a game is shared
equally by its members (Shapley, "A value for n-person games", 1953). So the values are
exact for any number of channels, in one pass; nothing is sampled, the error is that of
floating point. docs/adr/0010 says why this worth and no other.
"""

from __future__ import annotations

from insights.attribution.paths import Path


def shapley(path: Path) -> list[float]:
    """Every distinct channel gets the same, on the first of its touches."""
    seen = dict.fromkeys(path.touches)
    share = 1 / len(seen)
    weights = []
    for key in path.touches:
        weights.append(share if key in seen else 0.0)
        seen.pop(key, None)
    return weights
