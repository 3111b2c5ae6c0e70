"""When the outcome came that scores are held against."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from contacts.conditions.sentences import describe
from contacts.conditions.validation import validate
from contacts.merge_history import merge_history
from leadhub.errors import InvalidValue
from scoring.outcomes import Happening, outcomes

Named = str | dict[str, Any]
"""The name of an outcome, or a condition about the contact."""


class UnknownOutcome(InvalidValue):
    code = "unknown_outcome"
    attr = "outcome"


def checked_outcome(outcome: Any, *, attr: str = "outcome") -> Named:
    """The name of one that is registered, or a valid condition.

    Raises ``UnknownOutcome`` or ``InvalidCondition``.
    """
    if isinstance(outcome, dict):
        validate(outcome, attr=attr)
        return outcome
    if not isinstance(outcome, str) or outcome not in outcomes():
        sentence = _("Choose one of %(names)s, or say a condition.")
        names = ", ".join(outcomes())
        raise UnknownOutcome(sentence % {"names": names}, attr=attr)
    return outcome


def outcome_label(outcome: Named) -> str:
    """In words, in the language that is active."""
    if isinstance(outcome, dict):
        return describe(outcome)
    known = outcomes().get(outcome)
    return str(known.label) if known else outcome


def happenings(
    outcome: str, contact_ids: Collection[int]
) -> dict[int, list[Happening]]:
    """Contact id -> when it came, oldest first. Of those it never came to nothing.

    It counts if it came to whoever the contact was at that moment: what was another's
    before they were merged stays the other's.
    """
    history = merge_history(contact_ids)
    loaded = outcomes()[outcome].load(history.contact_ids, history)
    found: dict[int, list[Happening]] = {}
    for pk in contact_ids:
        theirs = [
            one
            for member in history.group(pk)
            for one in loaded.get(member, ())
            if history.living(pk, at=one.at) == member
        ]
        if theirs:
            found[pk] = sorted(theirs, key=lambda one: one.at)
    return found


def happened(
    outcome: str, contact_ids: Collection[int], *, known_at: datetime
) -> dict[int, datetime]:
    """Contact id -> when it came for the first time, by what was known at ``known_at``.

    Without those to whom it had not come by then.
    """
    return {
        pk: stood[0].at
        for pk, theirs in happenings(outcome, contact_ids).items()
        if (stood := [one for one in theirs if one.stood(at=known_at)])
    }
