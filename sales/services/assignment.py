"""Whose lead it is."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Q

from accounts.models import User
from contacts.models import Contact
from journeys.models import Team
from sales.assignment import Assignment
from sales.selectors.assigner import Assigner


def responsible_for(
    *, contact: Contact, at: datetime, without: Collection[int] = ()
) -> Assignment:
    """The rep whom this contact belongs to, else the one with the most room.

    In the order of ``Assigner``, which says it; ``without`` those who missed it.
    """
    return Assigner([contact], at=at, without=without).of(contact)


def who_decides(*, team: Team | None, on: date) -> list[User]:
    """Who is told of a lead that nobody has room for.

    Who leads the team; else all team leads; else the administrators. Those who are
    absent only if all of them are.
    """
    leads = User.objects.active().filter(role=User.Role.LEAD)
    circles = [leads, User.objects.administrators()]
    if team is not None:
        leading = Q(memberships__team=team, memberships__is_lead=True)
        circles.insert(0, User.objects.active().filter(leading))
    for people in [circle.present(on=on) for circle in circles] + circles:
        if found := list(people.order_by("pk")):
            return found
    return []
