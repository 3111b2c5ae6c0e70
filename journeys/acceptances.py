"""What is known of the mail that a link was sent in. Whoever sends mails says so.

What is fetched before a mail was accepted, or just after, is fetched by a machine on the
way; so is what people do not see.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from journeys.models.link import TrackedLink

Acceptance = Callable[[TrackedLink], datetime | None]
Neighbors = Callable[[TrackedLink], list[int]]
_known: list[Acceptance] = []
_neighbors: list[Neighbors] = []


def register_acceptance(find: Acceptance) -> None:
    """Ask ``find`` about links; None: it knows nothing of this one. Safe to repeat."""
    if find not in _known:
        _known.append(find)


def register_neighbors(find: Neighbors) -> None:
    """Ask ``find`` for the links of the same mail. Safe to repeat."""
    if find not in _neighbors:
        _neighbors.append(find)


def accepted_at(link: TrackedLink) -> datetime | None:
    """None if it is not known. In the future, if the mail was not accepted yet."""
    for find in _known:
        found = find(link)
        if found is not None:
            return found
    return None


def neighbors_of(link: TrackedLink) -> list[int]:
    """Ids of all links of the mail that ``link`` was sent in, or of all such mails."""
    return [pk for find in _neighbors for pk in find(link)]
