import pytest
from django.test import Client

from campaigns import public
from tests.journeys.test_public import BROWSER


@pytest.fixture(autouse=True)
def _no_forms_before() -> None:
    public.sendings.clear()


@pytest.fixture
def anybody() -> Client:
    """A browser that nobody is signed in with."""
    return Client(headers={"User-Agent": BROWSER}, enforce_csrf_checks=True)
