"""Who is signed in."""

import pytest

from tests.factories.accounts import RepFactory


@pytest.fixture
def rep(client):
    user = RepFactory()
    client.force_login(user)
    return user
