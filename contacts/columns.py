"""What apps above know about contacts and lists of contacts show.

Contacts may not import the apps above. So these register a column when they start,
and every list, page or answer of the API, loads it for its rows at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from contacts.models.contact import Contact


def as_text(value: Any) -> str:
    return "" if value is None else str(value)


@dataclass(frozen=True, slots=True)
class Column:
    """A value per contact.

    ``load`` returns contact id -> value for the rows of one page, in a number of
    queries that does not depend on theirs; who is missing has ``empty``. ``as_json``
    makes of it what the API gives; without it the column is for pages only.
    ``draw`` makes of it what a table cell shows: text, or HTML that is marked safe. It
    is called for every row, which is why it is no template. ``label`` may be lazy.
    ``choices`` is what the filter of the name can be set to in a list, as (value,
    label). Of lower ``position`` comes first; ``css`` are classes of its cells.
    """

    name: str
    label: Any
    load: Callable[[Sequence[Contact], datetime], Mapping[int, Any]]
    as_json: Callable[[Any], Any] | None = None
    empty: Any = None
    draw: Callable[[Any], str] = as_text
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None
    position: int = 0
    css: str = ""


_columns: dict[str, Column] = {}


def register_column(column: Column) -> None:
    """Show ``column`` in every list of contacts. Again under a name: replaces it."""
    _columns[column.name] = column


def columns() -> list[Column]:
    """All of them, in order, labels in the reader's language."""
    # A lazy label would be translated anew in every cell that is drawn.
    return [replace(column, label=str(column.label)) for column in _in_order()]


def _in_order() -> list[Column]:
    return sorted(_columns.values(), key=lambda column: column.position)


def rows_with_cells(
    contacts: Sequence[Contact], *, at: datetime
) -> list[tuple[Contact, list[tuple[Column, Any]]]]:
    """Each contact with every column and its value as of ``at``."""
    loaded = [(column, column.load(contacts, at)) for column in columns()]
    return [
        (
            contact,
            [
                (column, values.get(contact.pk, column.empty))
                for column, values in loaded
            ],
        )
        for contact in contacts
    ]


def json_of(contacts: Sequence[Contact], *, at: datetime) -> dict[int, dict[str, Any]]:
    """Contact id -> name in the API's contract -> value as it gives it."""
    given = [(column, as_json) for column in _in_order() if (as_json := column.as_json)]
    loaded = [(c.name, c.empty, f, c.load(contacts, at)) for c, f in given]
    return {
        contact.pk: {
            name: as_json(values.get(contact.pk, empty))
            for name, empty, as_json, values in loaded
        }
        for contact in contacts
    }
