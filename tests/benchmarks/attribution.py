"""Markov chain and Shapley values of many paths, read from a file as the command does.

Goal: 100,000 paths over twelve channels in 10 s, on one core and without a database.
"""

from __future__ import annotations

import io
from random import Random
from time import perf_counter

from insights.attribution.catalog import attribute
from insights.attribution.files import read_paths
from insights.attribution.matrices import lapack_inverse
from tests.benchmarks._report import only, within

ON = ("postgresql", "sqlite")
PATHS, CHANNELS = 100_000, 12
GOAL_SECONDS = 10


def run() -> bool:
    file = io.BytesIO(some_paths())
    began = perf_counter()
    paths = read_paths(file)
    read = perf_counter()
    attribute(paths, model="markov", invert=lapack_inverse)
    attribute(paths, model="shapley")
    done = perf_counter()
    met = within(
        f"Markov and Shapley, {PATHS:,} paths, {CHANNELS} channels",
        done - began,
        most=GOAL_SECONDS,
        unit="s",
        limit=f"reading them {read - began:.2f} s",
    )
    for order, name in ((1, "in pure Python"), (2, "of order 2, in pure Python")):
        began = perf_counter()
        attribute(paths, model="markov", order=order)
        only(f"Markov {name}", f"{perf_counter() - began:.2f} s")
    return met


def some_paths() -> bytes:
    """A file of paths of one to nine touches, no two alike in their counts."""
    random = Random(7)
    names = [f"channel {number}" for number in range(CHANNELS)]
    rows = ["path,total_conversions,total_conversion_value,total_null"]
    for _path in range(PATHS):
        touches = " > ".join(random.choices(names, k=random.randint(1, 9)))
        won = random.randint(0, 5)
        rows.append(f"{touches},{won},{won * 120},{random.randint(0, 60)}")
    return "\n".join(rows).encode()
