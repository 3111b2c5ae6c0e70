"""Whose lead it is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from contacts.models import Contact
from sales.assignment import Assignment
from sales.selectors.assigner import Assigner


def responsible_for(
    *, contact: Contact, at: datetime, without: Collection[int] = ()
) -> Assignment:
    """The rep whom this contact belongs to, else the one with the most room.

    In the order of ``Assigner``, which says it; ``without`` those who missed it.
    """
    return Assigner([contact], at=at, without=without).of(contact)
