"""Counting scores again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime


def stale_batches() -> Iterator[list[int]]:
    yield from ()


def recompute_batch(*, contact_ids: Collection[int], at: datetime) -> None:
    """To come."""
