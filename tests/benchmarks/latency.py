"""From the POST of an interaction to the rep's notification, on an idle machine."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.benchmarks._report import only, within
from tests.faults.rows.must_hold import lags_of
from tests.faults.world import World

ON = ("postgresql", "sqlite")
P95 = {"postgresql": 0.5, "sqlite": 1.0}


def run() -> bool:
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        with World(place, size=100, seed=1, redis_url=settings.REDIS_URL) as world:
            lags = lags_of(world)
    p50, p95 = lags[len(lags) // 2], lags[int(len(lags) * 0.95)]
    only("request to notification, slowest", f"{lags[-1]:.3f} s")
    return all(
        [
            within("request to notification, p50", p50, most=0.15, unit="s"),
            within(
                "request to notification, p95",
                p95,
                most=P95[connection.vendor],
                unit="s",
            ),
        ]
    )
