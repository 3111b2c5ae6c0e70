"""Who decides about leads."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from accounts.models import User
from journeys.models import Team


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
