"""Paths from a CSV file: ``path`` (channels joined by " > ") and how often it was gone."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import IO

from django.utils.translation import gettext as _

from contacts.imports.reading import Unreadable, data_rows, fault_of, shape_of
from insights.attribution.paths import Path

COLUMNS = ("path", "total_conversions", "total_conversion_value", "total_null")
NEEDED = COLUMNS[:2]
_BETWEEN = re.compile(r"(?:^|(?<=\s))>(?=\s|$)")


def read_paths(file: IO[bytes]) -> list[Path]:
    """The paths of a file in any encoding, with any usual delimiter.

    Other columns are passed over. Raises ``Unreadable``, naming the row.
    """
    shape = shape_of(file)
    places = {name.lower(): place for place, name in enumerate(shape.columns)}
    if missing := [name for name in NEEDED if name not in places]:
        names = {"names": ", ".join(missing), "columns": ", ".join(shape.columns)}
        raise Unreadable(
            _("A column is missing: %(names)s. There are: %(columns)s.") % names
        )
    mapping = {shape.columns[places[name]]: name for name in COLUMNS if name in places}
    paths = []
    for number, cells in data_rows(file, shape):
        if fault := fault_of(cells, shape, mapping=mapping):
            raise _row_is_wrong(number, fault)
        try:
            paths.append(_path(cells, places))
        except ValueError as error:
            raise _row_is_wrong(number, str(error)) from error
    return paths


def _row_is_wrong(number: int, reason: str) -> Unreadable:
    sentence = _("Row %(number)d: %(reason)s")
    return Unreadable(sentence % {"number": number, "reason": reason})


def _path(cells: Sequence[str], places: Mapping[str, int]) -> Path:
    texts = {
        name: cells[places[name]].strip()
        if name in places and places[name] < len(cells)
        else ""
        for name in COLUMNS
    }
    touches = tuple(touch.strip() for touch in _BETWEEN.split(texts["path"]))
    if not all(touches):
        raise ValueError(_("a channel has no name."))
    if not texts["total_conversions"]:
        raise ValueError(_("total_conversions is empty."))
    conversions, value, nulls = (_number(name, texts[name]) for name in COLUMNS[1:])
    if value and not conversions:
        raise ValueError(_("there is a value, and no conversion."))
    return Path(touches, conversions=conversions, value=value, nulls=nulls)


def _number(name: str, text: str) -> float:
    try:
        number = float(text or 0)
    except ValueError:
        number = -1.0
    if number < 0 or not isfinite(number):
        sentence = _("%(name)s must be a number from zero up, not “%(text)s”.")
        raise ValueError(sentence % {"name": name, "text": text[:40]})
    return number
