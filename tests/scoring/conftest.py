"""Who is signed in."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

from tests.factories.accounts import MarketerFactory


@pytest.fixture
def marketer(client: Client) -> Client:
    """A browser in which a marketer is signed in."""
    client.force_login(MarketerFactory())
    return client


@pytest.fixture
def api() -> APIClient:
    """REST, as a marketer in a browser asks."""
    client = APIClient()
    client.force_login(MarketerFactory())
    return client
