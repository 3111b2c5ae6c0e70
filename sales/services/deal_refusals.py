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


class OfferNotDraft(DomainError):
    code = "offer_not_draft"


class OfferNotOpen(DomainError):
    code = "offer_not_open"


class OfferOnItsWay(DomainError):
    code = "offer_on_its_way"


class OfferEmpty(DomainError):
    code = "offer_empty"


class OfferOutdated(InvalidValue):
    code = "in_past"
    attr = "valid_until_date"


class BadLines(InvalidValue):
    code = "bad_lines"
    attr = "lines"


class BadAnswer(InvalidValue):
    code = "bad_answer"
    attr = "answers"


class StageInUse(DomainError):
    code = "stage_in_use"
