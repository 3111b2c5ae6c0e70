"""What counts as a conversion of a contact; apps above say when it came to one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

Moments = dict[int, list[datetime]]
"""Contact's number -> when."""
Load = Callable[[Collection[int]], Moments]
"""Of these contacts, in one query."""

_loaders: dict[str, Load] = {}


def register_conversion(name: str, load: Load) -> None:
    """Count what ``load`` finds. Again under a name: replaces it."""
    _loaders[name] = load


def conversions_of(contact_ids: Collection[int]) -> Moments:
    found: Moments = {}
    for load in _loaders.values():
        for pk, moments in load(contact_ids).items():
            found.setdefault(pk, []).extend(moments)
    return found
