"""What belongs to a contact when two become one: apps above register theirs here.

Every row of every table that points at a contact moves to the survivor, and back when
the merge is undone. An app registers only what is not as simple as that:

    register_staying(Crossing)                # is about the contact as it was
    register_part("handoffs", HandoffPart())  # settles first what cannot be both
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import ForeignObjectRel, Model

from accounts.models import User
from contacts.models.contact import Contact
from contacts.models.merge import Merge


@dataclass(slots=True)
class Merging:
    """A merge that is being done or undone. Score, contacts and guards are locked."""

    merge: Merge
    kept: Contact
    gone: Contact
    by: User | None
    at: datetime
    # Number of a contact -> who must own it, whatever its fields say.
    owners: dict[int, int] = field(default_factory=dict)
    # What cannot be as before, because it has changed since. In words.
    left: list[str] = field(default_factory=list)

    @property
    def both(self) -> list[Contact]:
        return [self.kept, self.gone]


class Part:
    """What one part of the product does about a merge. Its methods are optional."""

    def lock(self, contact_ids: Collection[int]) -> None:
        """Lock what must be locked before contacts are."""

    def merge(self, merging: Merging) -> Any:
        """Settle what cannot be both, before rows move; return, as JSON, what undoes it."""

    def merged(self, merging: Merging) -> None:
        """What follows once rows have moved; ``kept`` has its values, not stored yet."""

    def undo(self, merging: Merging, noted: Any) -> None:
        """Take it back, once rows have moved back."""


_parts: dict[str, Part] = {}
_staying: set[str] = set()


def register_part(name: str, part: Part) -> None:
    """Again under a name: replaces it."""
    _parts[name] = part


def register_staying(*models: type[Model]) -> None:
    """Rows of these stay with the contact that was merged."""
    _staying.update(model._meta.label_lower for model in models)


def parts() -> dict[str, Part]:
    return dict(_parts)


def moving() -> Iterator[tuple[str, ForeignObjectRel]]:
    """What moves: "app.model.field", and the relation."""
    for rel in sorted(Contact._meta.related_objects, key=_name):
        model = rel.related_model._meta
        is_own = rel.field.primary_key or model.auto_created or rel.many_to_many
        if not is_own and model.label_lower not in _staying:
            yield _name(rel), rel


def _name(rel: ForeignObjectRel) -> str:
    return f"{rel.related_model._meta.label_lower}.{rel.field.name}"
