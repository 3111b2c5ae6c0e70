"""What a field is: where Python and the database find it, and what type it has."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.functional import Promise

from contacts.conditions.value_types import ValueType

Choices = list[tuple[Any, Any]]
Source = Callable[[Sequence[Any], datetime], Mapping[Any, Any]]
"""(rows, at) -> primary key -> what is to be read, in at most one query."""


def the_rows(rows: Sequence[Any], at: datetime) -> dict[Any, Any]:
    return {row.pk: row for row in rows}


def no_choices() -> Choices:
    return []


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field that conditions may name.

    ``column`` is an expression over the table that is filtered. ``read`` gets what
    ``source`` has for a row (without one, the row itself), or is not asked where
    ``source`` has nothing. Fields that share a ``source`` share its query.
    """

    name: str
    label: str | Promise
    type: ValueType
    column: Any
    read: Callable[[Any], Any]
    source: Source = the_rows
    # What the editor offers: (value, label).
    choices: Callable[[], Choices] = no_choices
