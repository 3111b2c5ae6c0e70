"""When the mail that a link was sent in was accepted. Whoever sends mails says so.

What is fetched before that, or just after, is fetched by a machine on the way.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from journeys.models.link import TrackedLink

Acceptance = Callable[[TrackedLink], datetime | None]
_known: list[Acceptance] = []


def register_acceptance(find: Acceptance) -> None:
    """Ask ``find`` about links; None: it knows nothing of this one. Safe to repeat."""
    if find not in _known:
        _known.append(find)


def accepted_at(link: TrackedLink) -> datetime | None:
    """None if it is not known. In the future, if the mail was not accepted yet."""
    for find in _known:
        found = find(link)
        if found is not None:
            return found
    return None
