"""Work that starts over when somebody else was quicker."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import IntegrityError, transaction

Result = TypeVar("Result")


class Overtaken(Exception):
    """Somebody else has made a row since this work looked."""


def in_one_transaction(work: Callable[[], Result], *, attempts: int = 8) -> Result:
    """Run ``work`` in a transaction; again if another has made the same row meanwhile.

    Each time what the other wrote is there to be seen, so that ``work`` finds it
    rather than makes it.
    """
    for attempt in range(1, attempts + 1):
        try:
            with transaction.atomic():
                return work()
        except (IntegrityError, Overtaken):
            if attempt == attempts:
                raise
    raise AssertionError("not reached")
