"""Whose rows were before contacts were merged, and who contacts went on as.

What belongs to a contact moves when it is merged into another. Whoever looks back at a
moment before that must not see it where it is now.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q

from contacts.models.merge import Merge

ABSORBED = "contacts.contact.merged_into"


@dataclass(frozen=True, slots=True)
class Step:
    """At ``at``, rows went from one contact to another: merged, or undone."""

    at: datetime
    source: int
    target: int
    # Of a merge, not of its undo.
    is_merge: bool
    moved: dict[str, frozenset[Any]]

    def takes(self, label: str, pk: Any) -> bool:
        return pk in self.moved.get(label, ())

    @property
    def brings(self) -> frozenset[int]:
        """Who goes with its rows: the contact itself, and whom it had absorbed."""
        own = self.source if self.is_merge else self.target
        return frozenset({own, *self.moved.get(ABSORBED, ())})


@dataclass(frozen=True, slots=True)
class MergeHistory:
    """What was merged among some contacts, oldest first. Usually nothing."""

    steps: tuple[Step, ...] = ()
    # The contacts that were asked for, and all that they had to do with.
    contact_ids: frozenset[int] = frozenset()
    _groups: dict[int, frozenset[int]] = field(default_factory=dict)

    def group(self, contact_id: int) -> frozenset[int]:
        """The contact and whoever it was ever merged with."""
        return self._groups.get(contact_id, frozenset({contact_id}))

    def holders(
        self, label: str, pk: Any, contact_id: int
    ) -> list[tuple[datetime | None, int]]:
        """(since when, whose) a row was that is ``contact_id``'s now; oldest first.

        ``label`` is "app.model.field", as in ``Merge.moved``. The first since ever.
        """
        found: list[tuple[datetime | None, int]] = []
        holder = contact_id
        for step in reversed(self.steps):
            if step.target == holder and step.takes(label, pk):
                found.append((step.at, holder))
                holder = step.source
        return [(None, holder), *reversed(found)]

    def holder(self, label: str, pk: Any, contact_id: int, *, at: datetime) -> int:
        """Whose the row was at ``at``."""
        holder = contact_id
        for since, whose in self.holders(label, pk, contact_id):
            if since is None or since <= at:
                holder = whose
        return holder

    def living(self, contact_id: int, *, at: datetime) -> int:
        """Who the contact had become by ``at``."""
        living = contact_id
        for step in self.steps:
            if step.at > at:
                break
            if contact_id in step.brings:
                living = step.target
        return living

    def is_hidden(self, contact_id: int, *, at: datetime) -> bool:
        """True if it had been merged into another by then."""
        return self.living(contact_id, at=at) != contact_id


def merge_history(contact_ids: Collection[int]) -> MergeHistory:
    """What was ever merged with these contacts. One query where nothing was."""
    known, merges = set(contact_ids), {}
    asked: set[int] = set()
    while fresh := known - asked:
        asked |= fresh
        rows = Merge.objects.filter(Q(kept__in=fresh) | Q(gone__in=fresh))
        for row in rows.order_by("pk"):
            merges[row.pk] = row
            known |= {row.kept_id, row.gone_id}
    if not merges:
        return MergeHistory(contact_ids=frozenset(known))
    steps = [step for row in merges.values() for step in _steps(row)]
    return MergeHistory(
        steps=tuple(sorted(steps, key=lambda step: step.at)),
        contact_ids=frozenset(known),
        _groups=_groups(merges.values()),
    )


def _steps(row: Merge) -> Iterator[Step]:
    moved = {label: frozenset(numbers) for label, numbers in row.moved.items()}
    yield Step(row.at, row.gone_id, row.kept_id, True, moved)
    if row.undone_at is not None:
        yield Step(row.undone_at, row.kept_id, row.gone_id, False, moved)


def _groups(merges: Collection[Merge]) -> dict[int, frozenset[int]]:
    groups: dict[int, frozenset[int]] = {}
    for row in merges:
        together = frozenset({row.kept_id, row.gone_id})
        together |= groups.get(row.kept_id, frozenset())
        together |= groups.get(row.gone_id, frozenset())
        for number in together:
            groups[number] = together
    return groups
