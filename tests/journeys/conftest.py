import pytest

from journeys import public
from journeys.services import day_ids


@pytest.fixture(autouse=True)
def _no_visits_before() -> None:
    """Counts and secrets that a process keeps in memory are those of one test."""
    public.beacons.clear()
    day_ids._today.clear()
