"""When sales let declined contacts come back. Sales registers its answer.

Scoring arms them then; who replays the past must know when that was.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from contacts.merge_history import MergeHistory

Returns = Mapping[int, list[datetime]]
Load = Callable[[Collection[int], MergeHistory], Returns]
"""Contact id -> when they were armed again; whoever it was at that moment. One query."""

_loads: list[Load] = []


def register_returns(load: Load) -> None:
    """Ask ``load``. Safe to repeat."""
    if load not in _loads:
        _loads.append(load)


def returns_of(
    contact_ids: Collection[int], history: MergeHistory
) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = {}
    for load in _loads:
        for pk, moments in load(contact_ids, history).items():
            found.setdefault(pk, []).extend(moments)
    return found
