"""Locking whom something is about now, whoever was merged while we waited."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

Result = TypeVar("Result")


class Elsewhere(Exception):
    """It is about another contact by now: a merge came first, or the undo of one."""

    def __init__(self, contact_id: int) -> None:
        super().__init__(contact_id)
        self.contact_id = contact_id


def follow(contact_id: int, lock: Callable[[int], Result]) -> Result:
    """Return what ``lock`` gives for the contact, or for who goes on for it.

    Within a transaction. ``lock`` raises ``Elsewhere`` if it finds that it was told of
    the wrong one. What it has locked by then is let go of before it is called again:
    whoever merges locks both in the order of their numbers, and must not meet somebody
    who holds the second and wants the first.
    """
    while True:
        try:
            with transaction.atomic():
                return lock(contact_id)
        except Elsewhere as other:
            contact_id = other.contact_id
