"""Columns nobody has a field for yet: which type they look like, what they are called."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.models.custom_field import CustomField
from contacts.text import folded

IDENTIFIER = "identifier"
TYPES = {
    CustomField.Type.TEXT.value: _("New field: text"),
    CustomField.Type.NUMBER.value: _("New field: number"),
    CustomField.Type.BOOLEAN.value: _("New field: yes or no"),
    CustomField.Type.DATE.value: _("New field: date"),
    IDENTIFIER: _("New field that identifies a contact"),
}
WORDS = {"yes", "no", "true", "false", "ja", "nein"}


def type_of(cells: Iterable[str]) -> str:
    """The narrowest type that all of these cells are of; empty ones say nothing."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return CustomField.Type.TEXT
    if all(cell.lower() in WORDS for cell in filled):
        return CustomField.Type.BOOLEAN
    if all(re.fullmatch(r"-?\d{1,15}(\.\d{1,15})?", cell) for cell in filled):
        return CustomField.Type.NUMBER
    if all(_is_date(cell) for cell in filled):
        return CustomField.Type.DATE
    return CustomField.Type.TEXT


def numbers(column: str, cells: Iterable[str]) -> bool:
    """Whether a column looks as if it gave each person a number or key of its own."""
    words = re.split(r"[^a-z]+", folded(column))
    filled = [cell.strip() for cell in cells]
    is_named = bool({"id", "key", "number", "no", "nr", "nummer", "uuid"} & set(words))
    return is_named and all(filled) and len(set(filled)) == len(filled)


def field_for(column: str, kind: str, *, taken: Collection[str]) -> dict[str, Any]:
    """What ``create_custom_field`` is to be given for a column."""
    word = re.sub(r"[^a-z0-9]+", "_", folded(column)).strip("_")[:36] or "field"
    if not word[0].isalpha():
        word = f"f_{word}"[:36]
    key, number = word, 1
    while key in taken:
        number += 1
        key = f"{word}_{number}"
    is_identifier = kind == IDENTIFIER
    return {
        "key": key,
        "label": column[:80],
        "type": CustomField.Type.TEXT.value if is_identifier else kind,
        "is_identifier": is_identifier,
    }


def samples_by_column(
    columns: Sequence[str], rows: Sequence[Sequence[str]]
) -> dict[str, list[str]]:
    return {
        column: [row[place] for row in rows if place < len(row)]
        for place, column in enumerate(columns)
    }


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
