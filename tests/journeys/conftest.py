import pytest
from django.test import Client
from django.utils import timezone

from journeys import public
from journeys.services import day_ids
from tests.factories.accounts import MarketerFactory
from tests.factories.journeys import JourneyFactory, PhaseFactory
from tests.journeys.test_public import BROWSER


@pytest.fixture(autouse=True)
def _no_visits_before() -> None:
    """Counts and secrets that a process keeps in memory are those of one test."""
    public.beacons.clear()
    day_ids._today.clear()


@pytest.fixture
def anybody() -> Client:
    return Client(headers={"User-Agent": BROWSER}, enforce_csrf_checks=True)


@pytest.fixture
def journey():
    """Three phases of marketing, and no segment."""
    journey = JourneyFactory(name="Buyers")
    for position, name in enumerate(("One", "Two", "Three"), start=1):
        PhaseFactory(journey=journey, name=name, position=position)
    return journey


@pytest.fixture
def who():
    """Who does something, and when."""
    return {"by": MarketerFactory(), "at": timezone.now()}
