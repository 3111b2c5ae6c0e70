"""The rows of ``make faults``, so short that they run each time."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection

from tests.faults.registry import Row, load_rows, run_row
from tests.faults.world import World

SHORT = [row for row in load_rows().values() if row.short]
pytestmark = pytest.mark.django_db(transaction=True)


def redis_of_the_installation() -> str:
    """A numbered database apart from that of the test's own process."""
    if not settings.REDIS_URL:
        return ""
    server, _, number = settings.REDIS_URL.rpartition("/")
    return f"{server}/{int(number) + 32}"


@pytest.mark.parametrize("row", SHORT, ids=lambda row: f"{row.id}-{row.run.__name__}")
def test_nothing_is_lost_doubled_or_wrong(row: Row, tmp_path):
    if connection.vendor not in row.on:
        return  # it is about the other database
    redis_url = redis_of_the_installation()
    world = World(tmp_path, size=row.short, seed=1, is_short=True, redis_url=redis_url)

    result = run_row(row, world)

    assert result.is_good, str(result)
