"""Which conditions are stored, and what they name.

Apps register where they keep conditions, so that nobody takes away what one names.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Holder = Callable[[], Iterable[tuple[str, Any]]]
"""(what a person calls it, condition) of all that are stored there; one query."""

_holders: list[Holder] = []


def register_holder(holder: Holder) -> None:
    _holders.append(holder)


def conditions_naming(field: str) -> list[str]:
    """What the stored conditions that name ``field`` are called."""
    return [
        name
        for holder in _holders
        for name, condition in holder()
        if field in fields_named(condition)
    ]


def fields_named(condition: Any) -> Iterator[str]:
    """The names of fields in it, however deep, valid or not."""
    if isinstance(condition, list):
        for part in condition:
            yield from fields_named(part)
    elif isinstance(condition, dict):
        if isinstance(condition.get("field"), str):
            yield condition["field"]
        yield from fields_named(list(condition.values()))
