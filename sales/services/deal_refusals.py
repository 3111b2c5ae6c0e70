"""What the verbs about deals and offers refuse."""

from __future__ import annotations

from leadhub.errors import DomainError, InvalidValue


class DealNotOpen(DomainError):
    code = "deal_not_open"


class DealIsOpen(DomainError):
    code = "deal_open"


class HandoffNotAccepted(DomainError):
    code = "handoff_not_accepted"


class UnknownStage(InvalidValue):
    code = "unknown_stage"
    attr = "stage"


class BadAmount(InvalidValue):
    code = "bad_value"
    attr = "value"


class UnknownCloseReason(InvalidValue):
    code = "unknown_reason"
    attr = "reason"


class NotAnOwner(InvalidValue):
    code = "not_a_rep"
    attr = "owner"


class StageInUse(DomainError):
    code = "stage_in_use"
