"""What scores are held against: what came of contacts. Apps above register theirs.

    register_outcome("deal_won", _("Deal won"), won)

Scoring knows no deals; who does says when each contact's happened.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from contacts.merge_history import MergeHistory


@dataclass(frozen=True, slots=True)
class Happening:
    """The outcome came at ``at``; at ``until`` it was taken back, if it was.

    So one can tell what was known at any moment.
    """

    at: datetime
    until: datetime | None = None

    def stood(self, *, at: datetime) -> bool:
        """Whether that was known and true at ``at``."""
        return self.at <= at and (self.until is None or at < self.until)


Happenings = Mapping[int, Iterable[Happening]]
Load = Callable[[Collection[int], MergeHistory], Happenings]
"""Of these contacts, in a fixed number of queries; each with whom it was *then*."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One kind of thing that may come of a contact."""

    name: str
    label: str | Promise
    load: Load


_outcomes: dict[str, Outcome] = {}


def register_outcome(name: str, label: str | Promise, load: Load) -> None:
    """Let scores be held against it. Again under a name: replaces it."""
    _outcomes[name] = Outcome(name, label, load)


def outcomes() -> dict[str, Outcome]:
    """By name, in the order they came in."""
    return dict(_outcomes)
