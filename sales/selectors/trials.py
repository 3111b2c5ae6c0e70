"""A dry run of assignment: who would get which contact, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contacts.models import Contact
from sales.assignment import Assignment
from sales.selectors.assigner import Assigner
from sales.why import why_me, why_not

SHOWN = 100


@dataclass(frozen=True, slots=True)
class Trial:
    contact: Contact
    assignment: Assignment
    why: str
    # Why the rules before that one gave it to nobody, in their order.
    why_not: list[str]


def trials_of(contacts: Sequence[Contact], *, at: datetime) -> list[Trial]:
    """As if all of them became ready at ``at``, one after the other.

    Load the owners with them. As many queries for many as for one.
    """
    assigner, found = Assigner(contacts, at=at), []
    for contact in contacts:
        assignment = assigner.of(contact)
        assigner.take(assignment)
        why = why_me(
            assignment.because,
            name=str(assignment.assignee or ""),
            what=assignment.because_of,
        )
        reasons = [why_not(passed) for passed in assignment.passed]
        found.append(Trial(contact, assignment, why, reasons))
    return found
