"""What the verbs about handoffs refuse."""

from __future__ import annotations

from collections.abc import Sequence

from contacts.gate import Reason
from leadhub.errors import DomainError, InvalidValue


class HandoffNotOpen(DomainError):
    code = "handoff_not_open"


class HandoffTaken(DomainError):
    code = "handoff_taken"


class DealOpen(DomainError):
    code = "deal_open"


class UnknownReason(InvalidValue):
    code = "unknown_reason"
    attr = "reason"


class BadReturn(InvalidValue):
    code = "bad_return"
    attr = "return_at"


class NoWayBack(InvalidValue):
    """The phase is none of marketing's in the contact's journey."""

    code = "no_way_back"
    attr = "phase"


class NotARep(InvalidValue):
    code = "not_a_rep"
    attr = "assignee"


class AssigneeAbsent(DomainError):
    code = "assignee_absent"


class TouchRefused(DomainError):
    """The gate said no. ``code`` is that of its first reason."""

    def __init__(self, reasons: Sequence[Reason]) -> None:
        super().__init__(" ".join(reason.detail for reason in reasons))
        self.code = reasons[0].code
        self.reasons = list(reasons)
