"""Events that snoozed lines wait for: apps above say how one begins to wait.

    register_event("reply", begin_waiting_for_reply)

Whoever registers one also wakes what waits when it happens: see
``accounts.services.snoozes.wake_lines``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Wait:
    """How a contact stands as the waiting begins.

    ``until``: when it happens if nobody does anything; None if it does not by itself.
    """

    points: int | None = None
    until: datetime | None = None


Begin = Callable[[Collection[int], datetime], dict[int, Wait]]
_events: dict[str, Begin] = {}


def register_event(name: str, begin: Begin) -> None:
    """``begin`` is called inside of the transaction that snoozes, before lines are
    locked, with the numbers of contacts; those for which one cannot wait it leaves out.
    Again under a name: replaces it.
    """
    _events[name] = begin


def begin_waiting(
    name: str, contact_ids: Collection[int], at: datetime
) -> dict[int, Wait]:
    begin = _events.get(name)
    return begin(contact_ids, at) if begin else {}
