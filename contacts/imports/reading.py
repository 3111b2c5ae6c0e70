"""A file of rows, in whatever encoding and with whatever delimiter it comes."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from charset_normalizer import from_bytes
from django.utils.translation import gettext as _

from leadhub.errors import InvalidValue

# As much of a file as decides about its encoding and its delimiter.
SAMPLE = 256 * 1024
DELIMITERS = ",;\t|"
MAX_COLUMNS = 300
# csv's own limit is 128 KB a cell; no field of ours takes a tenth of it.
MAX_CELL = 100_000


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
    """Find out how ``file`` is written, from its beginning; it is left rewound.

    Raises ``Unreadable``.
    """
    file.seek(0)
    sample = file.read(SAMPLE)
    file.seek(0)
    if not sample.strip():
        raise Unreadable(_("This file is empty."))
    encoding = _encoding_of(sample)
    text = sample.decode(encoding, errors="replace")
    delimiter = _delimiter_of(text.lstrip("\ufeff"))
    rows = rows_of(file, Shape(encoding, delimiter, []))
    try:
        columns = [name.strip() for name in next(rows)]
    except StopIteration:
        raise Unreadable(_("This file has no first row with names.")) from None
    file.seek(0)
    if len(columns) > MAX_COLUMNS:
        raise Unreadable(_("This file has more than 300 columns."))
    if not any(columns):
        raise Unreadable(_("This file has no first row with names."))
    return Shape(encoding, delimiter, _distinct(columns))


def rows_of(file: IO[bytes], shape: Shape) -> Iterator[list[str]]:
    """All rows of ``file`` from its beginning, the first with the names; blank ones not.

    What cannot be decoded comes as U+FFFD. Raises ``Unreadable``.
    """
    file.seek(0)
    lines = codecs.getreader(shape.encoding)(file, errors="replace")
    reader = csv.reader(_clean(lines), delimiter=shape.delimiter)
    csv.field_size_limit(MAX_CELL)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield row
    except csv.Error as error:
        sentence = _("Row %(number)d cannot be read: %(reason)s.")
        raise Unreadable(
            sentence % {"number": reader.line_num, "reason": error}
        ) from error


def data_rows(file: IO[bytes], shape: Shape) -> Iterator[tuple[int, list[str]]]:
    """(number, cells) of the rows below the names; the first of them is row 2.

    Numbers count rows as a spreadsheet shows them, blank ones left out.
    """
    rows = rows_of(file, shape)
    next(rows, None)
    yield from enumerate(rows, start=2)


def _clean(lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield line.removeprefix("\ufeff") if number == 0 else line


def _encoding_of(sample: bytes) -> str:
    for mark, name in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if sample.startswith(mark):
            return name
    # The sample may end within a character.
    if _decodes(sample, "utf-8"):
        return "utf-8"
    if b"\0" in sample:
        raise Unreadable(_("This is not a text file."))
    best = from_bytes(
        sample, cp_isolation=["cp1252", "cp1250", "cp1251", "latin_1"]
    ).best()
    return best.encoding if best else "cp1252"


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter_of(text: str) -> str:
    """The one that cuts the first lines into the same number of cells, more than one."""
    best, most = ",", 1
    for delimiter in DELIMITERS:
        rows = list(
            csv.reader(text.splitlines(keepends=True)[:20], delimiter=delimiter)
        )
        widths = [len(row) for row in rows if row]
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
