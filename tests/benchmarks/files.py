"""CSV in and out, against COPY of the same rows and columns.

The import also guesses the columns, checks each value, finds those it knows, marks
scores, and keeps what it takes to undo it.
"""

from __future__ import annotations

import csv
import io
import resource
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings

from contacts.models import Contact
from tests.benchmarks._report import SIZE, against, in_turns, seconds, within
from tests.factories.accounts import AdminFactory

IN_GOAL, OUT_GOAL, MEMORY_MB = 0.2, 0.25, 300
COLUMNS = ("email", "first_name", "last_name", "phone", "job_title", "source")
ROUNDS = 3


def run() -> bool:
    rows = max(SIZE // 4, 1_000)
    with TemporaryDirectory() as scratch, override_settings(MEDIA_ROOT=scratch):
        results = [_in(Path(scratch), rows), _out(rows * ROUNDS)]
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        results.append(
            within("memory after import and export", peak, most=MEMORY_MB, unit="MB")
        )
    return all(results)


def _in(scratch: Path, rows: int) -> bool:
    files = count()

    def ours() -> float:
        path = scratch / f"leads{(number := next(files))}.csv"
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["E-Mail", "First name", "Last name", "Phone", "Position"])
            for n in range(rows):
                address = f"lead{number}-{n}@example.com"
                writer.writerow([address, "Ada", f"Byron {n}", "", "Head of Sales"])
        out = io.StringIO()
        took = seconds(lambda: call_command("import_contacts", str(path), stdout=out))
        assert f"created: {rows}" in out.getvalue(), out.getvalue()
        return rows / took

    def copy() -> float:
        """The latest rows, taken out and brought in again under other addresses."""
        columns = [f'"{f.column}"' for f in Contact._meta.concrete_fields[1:]]
        names, taken = ", ".join(columns), io.StringIO()
        other = names.replace('"email_key"', "'x' || email_key AS email_key")
        latest = f"ORDER BY id DESC LIMIT {rows}"
        with connection.cursor() as cursor:
            cursor.copy_expert(
                f"COPY (SELECT {other} FROM contacts_contact {latest}) TO STDOUT", taken
            )
            taken.seek(0)
            statement = f"COPY contacts_contact ({names}) FROM STDIN"
            took = seconds(lambda: cursor.copy_expert(statement, taken))
            cursor.execute(
                "DELETE FROM contacts_contact WHERE id IN"
                f" (SELECT id FROM contacts_contact {latest})"
            )
        return rows / took

    rate, limit = in_turns(ours, copy, rounds=ROUNDS)
    return against(
        "CSV import, and COPY", ours=rate, limit=limit, unit="rows/s", goal=IN_GOAL
    )


def _out(rows: int) -> bool:
    client = Client()
    client.force_login(AdminFactory())

    def ours() -> float:
        def read() -> None:
            answer = client.get("/contacts/export/")
            lines = sum(block.count(b"\n") for block in answer.streaming_content)
            assert lines >= rows, (lines, rows)

        return rows / seconds(read)

    def copy() -> float:
        names = ", ".join(COLUMNS)
        statement = f"COPY (SELECT {names} FROM contacts_contact) TO STDOUT CSV"
        with connection.cursor() as cursor:
            out = io.StringIO()
            return rows / seconds(lambda: cursor.copy_expert(statement, out))

    rate, limit = in_turns(ours, copy, rounds=ROUNDS)
    return against(
        "CSV export, and COPY TO", ours=rate, limit=limit, unit="rows/s", goal=OUT_GOAL
    )
