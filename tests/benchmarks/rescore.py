"""Rescoring everybody, against the sums alone in one statement over all rows."""

from __future__ import annotations

import io
import resource

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from tests.benchmarks import scoring
from tests.benchmarks._report import SIZE, in_turns, seconds, within

MOST = 3
MEMORY_MB = 300


def run() -> bool:
    scoring.fill(SIZE)
    scoring.activate()

    def ours() -> float:
        return seconds(
            lambda: call_command(
                "rescore", "--all", stdout=io.StringIO(), stderr=io.StringIO()
            )
        )

    def sums() -> float:
        values = {"at": timezone.now(), "zone": settings.TIME_ZONE}
        statement = scoring.STATEMENT.replace("contact_id = ANY(%(ids)s)", "TRUE")
        with connection.cursor() as cursor:
            return seconds(lambda: cursor.execute(statement, values))

    took, limit = in_turns(ours, sums, rounds=3)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return all(
        [
            within(
                f"rescore of {SIZE:,} contacts, times the sums alone",
                took / limit,
                most=MOST,
                unit="x",
                limit=f"{limit:.1f} s",
            ),
            within("memory after it", peak, most=MEMORY_MB, unit="MB"),
        ]
    )
