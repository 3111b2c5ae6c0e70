"""First, last, linear and position beside "mta", a library that others use for it."""

from __future__ import annotations

import json
import subprocess
import sys
from random import Random

import pytest

from insights.attribution.catalog import attribute
from insights.attribution.paths import Path

# In a process of its own: it prints, and takes seconds to import pandas.
THEIRS = """
import contextlib, io, json, sys
import pandas
from mta import MTA

rows = pandas.DataFrame(json.load(sys.stdin))
with contextlib.redirect_stdout(io.StringIO()):
    found = MTA(
        rows, allow_loops=True, add_timepoints=False, normalize_by_default=False
    )
    found.first_touch().last_touch().linear(share="proportional").position_based()
json.dump({model: dict(found.attribution[model]) for model in found.attribution},
          sys.stdout, default=float)
"""
NAMES = {
    "first": "first_touch",
    "last": "last_touch",
    "linear": "linear",
    "position": "pos_based",
}


@pytest.fixture(scope="module")
def paths():
    random = Random(5)
    channels = ["search", "social", "mail", "fair", "partner", "direct"]
    return [
        Path(
            tuple(random.choices(channels, k=random.randint(1, 8))),
            conversions=random.randint(0, 9),
            nulls=random.randint(0, 40),
        )
        for _path in range(400)
    ]


@pytest.fixture(scope="module")
def theirs(paths):
    rows = {
        "path": [" > ".join(path.touches) for path in paths],
        "total_conversions": [path.conversions for path in paths],
        "total_null": [path.nulls for path in paths],
    }
    done = subprocess.run(
        [sys.executable, "-c", THEIRS],
        input=json.dumps(rows),
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("model", NAMES)
def test_it_says_the_same(paths, theirs, model):
    ours = {
        channel: credit.conversions
        for channel, credit in attribute(paths, model=model).items()
    }

    assert ours == pytest.approx(theirs[NAMES[model]], abs=1e-9)
