"""When somebody leaves."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from sales.models import Deal, Handoff
from sales.services.assignment import responsible_for
from sales.services.deals import change_deal
from sales.services.steps import locked, pass_on


@transaction.atomic
def pass_on_handoffs(*, user: User, by: User | None, at: datetime) -> int:
    """Give all open handoffs of somebody who left to who is responsible now.

    Return how many.
    """
    open_ones = Handoff.objects.open().filter(assignee=user).order_by("contact_id")
    count = 0
    for handoff in list(open_ones):
        contact, handoff = locked(handoff)
        if handoff.is_open and handoff.assignee_id == user.pk:
            assignment = responsible_for(contact=contact, at=at)
            pass_on(contact, handoff, assignment, by=by, at=at)
            count += 1
    return count


@transaction.atomic
def pass_on_deals(*, user: User, by: User | None, at: datetime) -> int:
    """Give all open deals of somebody who left to who is responsible now, if anybody.

    Return how many.
    """
    open_ones = list(Deal.objects.open().filter(owner=user).order_by("contact_id"))
    for deal in open_ones:
        assignment = responsible_for(contact=deal.contact, at=at)
        change_deal(deal=deal, data={"owner": assignment.assignee}, by=by, at=at)
    return len(open_ones)
