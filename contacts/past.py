"""Contacts as they were known at a moment: without what was learned of them later.

What somebody changes on a contact is kept, before and after; from today's values the
later changes are taken back. What other tables tell is read by whoever knows them:

    register_past(phases_of, load_visits)

Of what nobody registers, and of facts about companies, no history is kept: there
today's value is taken, and ``todays`` names it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from datetime import datetime
from typing import Any, Protocol

from django.utils.dateparse import parse_datetime

from contacts.conditions.evaluation import read_stored
from contacts.conditions.fields import FieldSpec, Source, the_rows
from contacts.conditions.registry import vocabulary
from contacts.conditions.tree import Batch, Node
from contacts.conditions.vocabulary import Lookup
from contacts.merge_history import merge_history
from contacts.models.contact import Contact, FieldChange


class Reader(Protocol):
    """What one part of the product remembers of contacts."""

    def moments(self, contact_id: int) -> Iterable[datetime]:
        """When it changed."""


class SourceReader(Reader, Protocol):
    """One that stands in for the source of a field."""

    def found(self, contact: Contact, at: datetime) -> Any:
        """What the source would have had for the contact then; None: nothing."""


Load = Callable[["Past"], Any]
"""Read what there is of ``past.ids``, in a fixed number of queries."""
Forgets = Callable[[FieldSpec], bool]

_loads: dict[Any, Load] = {}
_forgets: dict[Any, Forgets] = {}


def register_past(
    key: Any, load: Load, *, forgets: Forgets = lambda spec: False
) -> None:
    """Let ``load`` answer for ``key``, a source of fields or a kind of leaf.

    ``forgets`` says of which of its fields only today's value is known.
    """
    _loads[key] = load
    _forgets[key] = forgets


class Past:
    """What was known of some contacts at any moment. All is loaded at most once.

    ``conditions`` are those that will be asked.
    """

    def __init__(
        self,
        contact_ids: Collection[int],
        *,
        conditions: Sequence[dict[str, Any]] = (),
    ) -> None:
        self.history = merge_history(contact_ids)
        self.ids = frozenset(contact_ids) | self.history.contact_ids
        self.conditions = conditions
        self.contacts = Contact.everyone.in_bulk(self.ids)
        self.changes: dict[int, list[FieldChange]] = defaultdict(list)
        rows = FieldChange.objects.filter(contact__in=self.ids)
        for row in rows.order_by("at", "pk"):
            self.changes[row.contact_id].append(row)
        self._readers: dict[Any, Any] = {}
        self._as_of: dict[tuple[int, int], Contact] = {}
        self._tags: dict[tuple[int, int], list[str] | None] = {}
        self._moments: dict[tuple[int, frozenset[Any]], list[datetime]] = {}

    def exists(self, contact_id: int, *, at: datetime) -> bool:
        """Whether anybody knew of the contact, as one of its own, then."""
        contact = self.contacts.get(contact_id)
        if contact is None or contact.created_at > at:
            return False
        return not self.history.is_hidden(contact_id, at=at)

    def epoch(self, contact_id: int, *, at: datetime) -> int:
        """Between two changes of its fields it is the same."""
        changes = self.changes.get(contact_id, ())
        return bisect_right(changes, at, key=lambda row: row.at)

    def contact(self, contact_id: int, *, at: datetime) -> Contact:
        """A copy with the values it had; not to be saved."""
        epoch = self.epoch(contact_id, at=at)
        key = (contact_id, epoch)
        if key not in self._as_of:
            self._as_of[key] = self._taken_back(contact_id, epoch)
        return self._as_of[key]

    def tags(self, contact: Contact, at: datetime) -> list[str] | None:
        """The tags it had by name; None: those it has now."""
        key = (contact.pk, self.epoch(contact.pk, at=at))
        self.contact(contact.pk, at=at)
        return self._tags.get(key)

    def moments(self, contact_id: int, keys: frozenset[Any]) -> list[datetime]:
        """When something about it changed, in its fields or in what ``keys`` tell."""
        known = self._moments.get((contact_id, keys))
        if known is None:
            found = {row.at for row in self.changes.get(contact_id, ())}
            for key in keys:
                if key in _loads:
                    found.update(self.reader(key).moments(contact_id))
            known = self._moments[contact_id, keys] = sorted(found)
        return known

    def holds(self, node: Node, contact_id: int, *, at: datetime) -> bool:
        """Whether the condition held for the contact, by what was known then."""
        contact = self.contact(contact_id, at=at)
        return contact_id in node.among(Batch([contact], at=at, past=self))

    def holding(
        self, nodes: Sequence[Node], contact_id: int, *, at: datetime
    ) -> list[bool]:
        """The same of several conditions."""
        among = self.among(nodes, [contact_id], at=at)
        return [contact_id in members for members in among]

    def among(
        self, nodes: Sequence[Node], contact_ids: Iterable[int], *, at: datetime
    ) -> list[frozenset[int]]:
        """Of each condition those of the contacts that it held for."""
        contacts = [self.contact(pk, at=at) for pk in contact_ids]
        batch = Batch(contacts, at=at, past=self)
        return [node.among(batch) for node in nodes]

    def reader(self, key: Any) -> Any:
        if key not in self._readers:
            self._readers[key] = _loads[key](self)
        return self._readers[key]

    def found(
        self, source: Source, rows: Sequence[Contact], at: datetime
    ) -> Mapping[Any, Any]:
        if source is the_rows:
            return the_rows(rows, at)
        if source in _loads:
            read = self.reader(source).found
            answers = {row.pk: read(row, at) for row in rows}
            return {pk: one for pk, one in answers.items() if one is not None}
        if source not in self._readers:  # today's, once for all
            self._readers[source] = source(list(self.contacts.values()), at)
        known = self._readers[source]
        return {row.pk: known[row.pk] for row in rows if row.pk in known}

    def _taken_back(self, contact_id: int, epoch: int) -> Contact:
        changes = self.changes.get(contact_id, [])
        contact = copy(self.contacts[contact_id])
        contact.custom = dict(contact.custom)
        tags = None
        for row in reversed(changes[epoch:]):
            for name, (before, _after) in row.changes.items():
                if name == "tags":
                    tags = before
                else:
                    _put(contact, name, before)
        contact.updated_at = changes[epoch - 1].at if epoch else contact.created_at
        self._tags[contact_id, epoch] = tags
        return contact


def _put(contact: Contact, name: str, value: Any) -> None:
    if name.startswith("custom."):
        key = name.removeprefix("custom.")
        contact.custom.pop(key, None)
        if value is not None:
            contact.custom[key] = value
    elif name in ("company", "owner"):
        setattr(contact, f"{name}_id", value)
    elif name == "disqualified_at":
        contact.disqualified_at = parse_datetime(value) if value else None
    elif name == "email":
        contact.email = value or ""
        contact.email_key = Contact.key_of(contact.email) or None
    else:
        setattr(contact, name, value)


def asked_of(conditions: Iterable[Any]) -> list[FieldSpec]:
    """The fields that conditions name, each once."""
    lookup = Lookup(vocabulary)
    names = dict.fromkeys(name for raw in conditions for name in _names(raw))
    specs = (lookup.field(name, None) for name in names)
    return [spec for spec in specs if spec is not None]


def keys_of(conditions: Iterable[Any]) -> frozenset[Any]:
    """The sources they read besides the contact itself."""
    return frozenset(spec.source for spec in asked_of(conditions)) - {the_rows}


def is_kept(key: Any) -> bool:
    """Whether somebody remembers what that source told at other moments."""
    return key in _loads


def todays(conditions: Iterable[Any]) -> list[str]:
    """What of these conditions is only known as it is today, by its label."""
    return [
        str(spec.label)
        for spec in asked_of(conditions)
        if spec.source is not the_rows
        and (spec.source not in _loads or _forgets[spec.source](spec))
    ]


def nodes_of(conditions: Iterable[dict[str, Any]]) -> list[Node]:
    return [read_stored(condition) for condition in conditions]


def _names(raw: Any) -> Iterator[str]:
    """Of fields of contacts; what is within ``did`` are fields of interactions."""
    if isinstance(raw, list):
        for item in raw:
            yield from _names(item)
    elif isinstance(raw, dict):
        if isinstance(raw.get("field"), str):
            yield raw["field"]
        else:
            for name, inner in raw.items():
                if name != "did":
                    yield from _names(inner)
