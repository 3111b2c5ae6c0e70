"""How a figure of ``make bench`` reads, and how much there is to measure."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from statistics import median, quantiles
from time import perf_counter

SIZE = int(os.environ.get("BENCH_SIZE") or 20_000)
"""How many contacts there are, with ten interactions each where they have any."""


def against(
    path: str, *, ours: float, limit: float, unit: str, goal: float, note: str = ""
) -> bool:
    """Print a rate beside the limit measured in the same run; True if it is enough."""
    ratio = ours / limit
    met = ratio >= goal
    _print(
        path,
        f"{limit:,.0f} {unit}",
        f"{ours:,.0f} {unit}{note}",
        f"{ratio:.2f}",
        f">= {goal}",
        met,
    )
    return met


def within(
    path: str, value: float, *, most: float, unit: str, limit: str = "-"
) -> bool:
    """Print a figure that is to be small; True if it is."""
    met = value <= most
    _print(path, limit, f"{value:,.4g} {unit}", "-", f"<= {most:g} {unit}", met)
    return met


def only(path: str, figure: str) -> None:
    """Print a figure that has no goal here."""
    _print(path, "-", figure, "-", "-", None)


def _print(
    path: str, limit: str, figure: str, ratio: str, goal: str, met: bool | None
) -> None:
    verdict = "told" if met is None else "met" if met else "gap"
    print(" | ".join([path, limit, figure, ratio, goal, verdict]), flush=True)


def seconds(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def in_turns(
    ours: Callable[[], float], theirs: Callable[[], float], *, rounds: int = 5
) -> tuple[float, float]:
    """The medians of both, measured A B A B: so both see the same machine."""
    found: tuple[list[float], list[float]] = ([], [])
    for _round in range(rounds):
        found[0].append(ours())
        found[1].append(theirs())
    return median(found[0]), median(found[1])


def percentile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]
