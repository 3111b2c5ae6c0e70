"""A file of rows, in whatever encoding and with whatever delimiter it comes."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import IO

from django.utils.translation import gettext as _

from contacts.imports.encodings import encoding_of
from leadhub.errors import InvalidValue

# As many lines as decide about the delimiter.
LINES = 20
DELIMITERS = ",;\t|"
MAX_COLUMNS = 300
# csv's own limit is 128 KB a cell; no field of ours takes a tenth of it.
MAX_CELL = 100_000
# Stands below the last row: what swallows it has no end.
END = "\x1e end of the file \x1e"
# What spreadsheets write above the names to say how cells are parted.
HINT = re.compile(r"\ufeff?sep=([,;\t|:])\r?\n?", re.IGNORECASE)


class Unreadable(InvalidValue):
    code = "unreadable"
    attr = "file"


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is to be read."""

    encoding: str
    delimiter: str
    columns: list[str]


def shape_of(file: IO[bytes]) -> Shape:
    """Find out how ``file`` is written; it is left rewound.

    Raises ``Unreadable``.
    """
    file.seek(0)
    if file.read(4).startswith(b"PK\x03\x04"):
        raise Unreadable(_("This is not a text file. Save the table as CSV first."))
    encoding = encoding_of(file)
    if encoding is None:
        raise Unreadable(_("This is not a text file."))
    shape = Shape(encoding, _delimiter_of(file, encoding), [])
    try:
        _number, names = next(_rows(file, shape))
    except StopIteration:
        raise Unreadable(_("This file is empty.")) from None
    file.seek(0)
    columns = [re.sub(r"[\x00-\x1f\x7f\ufeff\s]+", " ", name).strip() for name in names]
    if len(columns) > MAX_COLUMNS:
        raise Unreadable(_("This file has more than 300 columns."))
    if not any(columns):
        raise Unreadable(_("This file has no first row with names."))
    return Shape(encoding, shape.delimiter, _distinct(columns))


def data_rows(file: IO[bytes], shape: Shape) -> Iterator[tuple[int, list[str]]]:
    """(number, cells) of the rows below the names, as a spreadsheet counts them.

    Blank ones count and are left out. What cannot be decoded comes as U+FFFD. Raises
    ``Unreadable``.
    """
    yield from islice(_rows(file, shape), 1, None)


def fault_of(cells: Sequence[str], shape: Shape, *, mapping: Mapping[str, str]) -> str:
    """Why a row cannot be trusted as it was read; "" if nothing speaks against it."""
    width = len(shape.columns)
    if any(cell.strip() for cell in cells[width:]):
        numbers = {"cells": len(cells), "columns": width}
        sentence = _("This row has %(cells)d cells, and there are %(columns)d columns.")
        return sentence % numbers
    like_a_row = max(3, width - 1)
    if any(
        line.count(shape.delimiter) >= like_a_row
        for cell in cells
        if "\n" in cell
        for line in cell.splitlines()
    ):
        return _("This row has taken in others: a quotation mark is missing.")
    pairs = zip(shape.columns, cells, strict=False)
    if any("\ufffd" in cell and mapping.get(column) for column, cell in pairs):
        return _("There are characters in this row that cannot be read.")
    return ""


def _rows(file: IO[bytes], shape: Shape) -> Iterator[tuple[int, list[str]]]:
    """All rows that are not blank, from the one with the names."""
    reader = csv.reader(_lines(file, shape.encoding), delimiter=shape.delimiter)
    csv.field_size_limit(MAX_CELL)
    begins_at, number = 1, 0
    try:
        for row in reader:
            if row == [END]:
                return
            number += 1
            if row and END in row[-1]:
                break
            if any(cell.strip() for cell in row):
                yield number, row
            begins_at = reader.line_num + 1
    except csv.Error as error:
        sentence = _("Line %(number)d cannot be read: %(reason)s.")
        reason = {"number": begins_at, "reason": error}
        raise Unreadable(sentence % reason) from error
    sentence = _("Line %(number)d: a quotation mark is opened there and never closed.")
    raise Unreadable(sentence % {"number": begins_at})


def _lines(file: IO[bytes], encoding: str) -> Iterator[str]:
    """The lines with their ends, and ``END``; without a hint at the delimiter."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    line = "\n"
    try:
        for place, line in enumerate(text):
            if place > 0:
                yield line
            elif not HINT.fullmatch(line):
                yield line.removeprefix("\ufeff")
    finally:
        # Else it closes the file; a file that is closed already says so.
        with suppress(ValueError):
            text.detach()
    if not line.endswith(("\n", "\r")):
        yield "\n"
    yield f"{END}\r\n"


def _delimiter_of(file: IO[bytes], encoding: str) -> str:
    """The one that cuts the first lines into the same number of cells, more than one."""
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, errors="replace", newline="")
    lines = list(islice(text, LINES))
    text.detach()
    if lines and (hint := HINT.fullmatch(lines[0])):
        return hint[1]
    best, most = ",", 1
    for delimiter in DELIMITERS:
        try:
            rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
        except csv.Error:
            continue
        widths = [len(row) for row in rows]
        if widths and widths[0] > most and widths.count(widths[0]) * 2 > len(widths):
            best, most = delimiter, widths[0]
    return best


def _distinct(columns: list[str]) -> list[str]:
    """Names for columns without one, or with another's."""
    names: list[str] = []
    for number, column in enumerate(columns, start=1):
        name = column[:200] or f"column {number}"
        while name in names:
            name = f"{name} ({number})"
        names.append(name)
    return names
