"""What a page asks about the columns of a file: which is which field of a contact."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from contacts.imports.mapping import FIELDS
from contacts.imports.new_fields import samples_by_column
from contacts.models.imports import Import
from contacts.services.imports import samples_of
from contacts.values import custom_fields

SAMPLES = 5


def mapping_rows(run: Import, chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    """A row a column, with the field chosen for it and what its first cells hold."""
    samples = samples_by_column(run.columns, samples_of(run, rows=SAMPLES))
    return [
        {
            "name": f"column-{place}",
            "column": column,
            "field": chosen.get(column, ""),
            "samples": [cell for cell in samples[column] if cell.strip()],
        }
        for place, column in enumerate(run.columns)
    ]


def known_fields() -> list[tuple[str, list[tuple[str, Any]]]]:
    """What a column may be, in groups."""
    custom = [(f"custom.{key}", field.label) for key, field in custom_fields().items()]
    return [
        (_("Fields of a contact"), list(FIELDS.items())),
        (_("Custom fields"), custom),
    ]
