"""Tables of contacts as files: CSV in UTF-8 that spreadsheets open as it is."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

from contacts.imports.mapping import MAY_COMPUTE, escaped

BOM = "\ufeff"


class _Echo:
    """What the csv module writes to, handing every line back."""

    def write(self, line: str) -> str:
        return line


def csv_lines(
    columns: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str = ","
) -> Iterator[str]:
    """The lines of a file, the first with the names; nothing in it computes."""
    writer = csv.writer(_Echo(), delimiter=delimiter)
    yield BOM + writer.writerow([escaped(name) for name in columns])
    for row in rows:
        yield writer.writerow(
            [escaped(cell) if cell[:1] in MAY_COMPUTE else cell for cell in row]
        )


def rejected_lines(
    columns: Sequence[str],
    rows: Iterable[tuple[int, Sequence[str], Sequence[str]]],
    *,
    delimiter: str,
) -> Iterator[str]:
    """Rejected rows as they stood, with their number and the reasons behind them.

    ``rows`` are (number, cells, reasons). The file can be mended and imported again.
    Cells beyond the last column come behind the reasons.
    """
    width = len(columns)
    names = [*columns, "rejected: row", "rejected: why"]
    lines = (
        [
            *cells[:width],
            *[""] * (width - len(cells)),
            str(number),
            "; ".join(reasons),
            *cells[width:],
        ]
        for number, cells, reasons in rows
    )
    return csv_lines(names, lines, delimiter=delimiter)
