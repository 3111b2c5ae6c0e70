"""Taking a lead to the next rep by itself."""

from __future__ import annotations

from datetime import datetime

from contacts.models import Contact
from sales.models import Handoff, HandoffEvent
from sales.selectors.promises import who_missed
from sales.services.assignment import responsible_for
from sales.services.steps import pass_on


def pass_to_next(
    contact: Contact, handoff: Handoff, *, at: datetime, to_nobody: bool = True
) -> bool:
    """To the next rep who has not missed it; ``to_nobody``: else who leads decides."""
    missed = who_missed(handoff)
    assignment = responsible_for(contact=contact, at=at, without=missed)
    if assignment.assignee is None and not to_nobody:
        return False
    kind = HandoffEvent.Kind.PASSED_ON
    pass_on(contact, handoff, assignment, by=None, at=at, kind=kind)
    return True
