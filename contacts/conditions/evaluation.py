"""Whom a condition holds for: asked of the database, or about contacts at hand.

Both give the same answer. Contacts and what belongs to them are taken as they are now;
``at`` is what "within days" counts back from, and behavior after it does not count.

Conditions come as they are stored. ``{}`` holds for nobody, ``{"all": []}`` for
everybody; a custom field that is gone is missing for everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from django.db.models import Q, QuerySet

from contacts.conditions.parsing import Parser
from contacts.conditions.registry import vocabulary
from contacts.conditions.tree import Batch, Node, Nothing
from contacts.conditions.vocabulary import Lookup
from contacts.models.contact import Contact


class MatchesEach(Protocol):
    def __call__(
        self, contacts: Sequence[Contact], *, at: datetime
    ) -> list[frozenset[int]]: ...


def condition_q(condition: dict[str, Any], *, at: datetime) -> Q:
    """The condition, for ``filter`` of a queryset of contacts."""
    return read_stored(condition).q(at)


def contacts_matching(
    queryset: QuerySet[Contact], condition: dict[str, Any], *, at: datetime
) -> QuerySet[Contact]:
    return queryset.filter(condition_q(condition, at=at))


def matches(
    condition: dict[str, Any], contacts: Sequence[Contact], *, at: datetime
) -> dict[int, bool]:
    """Contact id -> does it hold. The number of queries depends on the condition."""
    [found] = matches_each([condition], contacts, at=at)
    return {contact.pk: contact.pk in found for contact in contacts}


def matches_each(
    conditions: Iterable[dict[str, Any]], contacts: Sequence[Contact], *, at: datetime
) -> list[frozenset[int]]:
    """Per condition, the ids of those contacts that it holds for.

    What several of them ask for is loaded once.
    """
    batch = Batch(contacts, at=at)
    return [
        read_stored(condition).among(batch) if contacts else frozenset()
        for condition in conditions
    ]


def reader_of(conditions: Iterable[dict[str, Any]]) -> MatchesEach:
    """``matches_each`` for one batch of contacts after another.

    The conditions are read once, and what several of them name is looked up once.
    """
    lookup = Lookup(vocabulary)
    nodes = [read_stored(condition, lookup) for condition in conditions]

    def read(contacts: Sequence[Contact], *, at: datetime) -> list[frozenset[int]]:
        batch = Batch(contacts, at=at)
        return [node.among(batch) if contacts else frozenset() for node in nodes]

    return read


def read_stored(condition: dict[str, Any], lookup: Lookup | None = None) -> Node:
    """The tree of a condition that was stored; for whoever asks it more than once."""
    if not condition:
        return Nothing()
    parser = Parser(vocabulary, is_strict=False)
    parser.lookup = lookup or parser.lookup
    return parser.node(condition, "condition")
