"""The rows of ``make faults``, so short that they run each time."""

from __future__ import annotations

import pytest
from django.conf import settings

from tests.faults.registry import Row, load_rows, run_row
from tests.faults.world import World

pytestmark = pytest.mark.django_db(transaction=True)


def short_rows() -> list:
    """Each marked with the database that it is about, if it is about one only."""
    found = []
    for row in load_rows().values():
        marks = [getattr(pytest.mark, row.on[0])] if len(row.on) == 1 else []
        name = f"{row.id}-{row.run.__name__}"
        if row.short:
            found.append(pytest.param(row, id=name, marks=marks))
    return found


def redis_of_the_installation() -> str:
    """A numbered database apart from that of the test's own process."""
    if not settings.REDIS_URL:
        return ""
    server, _, number = settings.REDIS_URL.rpartition("/")
    return f"{server}/{int(number) + 32}"


@pytest.mark.parametrize("row", short_rows())
def test_nothing_is_lost_doubled_or_wrong(row: Row, tmp_path):
    redis_url = redis_of_the_installation()
    world = World(tmp_path, size=row.short, seed=1, is_short=True, redis_url=redis_url)

    result = run_row(row, world)

    assert result.is_good, str(result)
