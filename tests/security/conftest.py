"""What the attacks share."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import pytest
from django.db import transaction

from tests.security.world import World, make_world


@pytest.fixture(scope="module")
def _ground(django_db_setup, django_db_blocker) -> Iterator[World]:
    """Made once; each test is undone by a savepoint within this transaction."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(_ground: World, db) -> World:
    return deepcopy(_ground)
