"""Handing lines over: apps above say who may have one, and what goes with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from accounts.models import Notification, User

# (line, to, by, at) -> whether the subject has gone with it and told who has it now.
Move = Callable[[Notification, User, User | None, datetime], bool]
MayRead = Callable[[User, int], bool]
_movers: dict[str, Move] = {}
_may_read: list[MayRead] = []


def register_mover(kind: str, move: Move) -> None:
    """What a line of this kind is about goes with it. Again for one: replaces it.

    Called before the line is locked, in the transaction that hands it over. ``by`` is
    None where somebody takes back what they gave.
    """
    _movers[kind] = move


def register_reader(may_read: MayRead) -> None:
    """Whether somebody may read the contact of this number."""
    _may_read[:] = [may_read]


def move_subject(line: Notification, to: User, by: User | None, at: datetime) -> bool:
    move = _movers.get(line.kind)
    return move is not None and move(line, to, by, at)


def may_read_contact(user: User, contact_id: int) -> bool:
    return all(may_read(user, contact_id) for may_read in _may_read)
