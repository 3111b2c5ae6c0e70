"""What apps above know about contacts and lists of contacts show.

Contacts may not import the apps above. So these register a column when they start,
and every list, page or answer of the API, loads it for its rows at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contacts.models.contact import Contact


@dataclass(frozen=True, slots=True)
class Column:
    """A value per contact.

    ``load`` returns contact id -> value for the rows of one page, in a number of
    queries that does not depend on theirs; who is missing has ``empty``. ``as_json``
    makes of it what the API gives; ``template`` shows it in a table cell, as
    ``value``. ``choices`` is what the filter of the name can be set to in a list, as
    (value, label).
    """

    name: str
    label: Any
    load: Callable[[Sequence[Contact], datetime], Mapping[int, Any]]
    as_json: Callable[[Any], Any]
    empty: Any = None
    template: str = "contacts/_plain_cell.html"
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None


_columns: dict[str, Column] = {}


def register_column(column: Column) -> None:
    """Show ``column`` in every list of contacts. Again under a name: replaces it."""
    _columns[column.name] = column


def columns() -> list[Column]:
    """All of them; those of the API's contract under their names there."""
    return list(_columns.values())


def values_of(
    contacts: Sequence[Contact], *, at: datetime
) -> dict[int, dict[str, Any]]:
    """Contact id -> column name -> value, as of ``at``."""
    loaded = {column: column.load(contacts, at) for column in columns()}
    return {
        contact.pk: {
            column.name: values.get(contact.pk, column.empty)
            for column, values in loaded.items()
        }
        for contact in contacts
    }


def json_of(contacts: Sequence[Contact], *, at: datetime) -> dict[int, dict[str, Any]]:
    """The same as the API gives it."""
    loaded = {column: column.load(contacts, at) for column in columns()}
    return {
        contact.pk: {
            column.name: column.as_json(values.get(contact.pk, column.empty))
            for column, values in loaded.items()
        }
        for contact in contacts
    }
