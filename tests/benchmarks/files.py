"""CSV in and out, against COPY of the same rows and columns.

The import also guesses the columns, checks each value, finds those it knows, marks
scores, and keeps what it takes to undo it. The export also counts each score as of
now, and writes nothing that computes.
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
from tests.benchmarks.contact_list import fill
from tests.factories.accounts import AdminFactory

IN_GOAL, OUT_GOAL, MEMORY_MB, GROWN_MB = 0.2, 0.25, 300, 20
# What the export says of a contact, in one statement; its score as it was counted.
SAME_COLUMNS = """
    SELECT c.email, c.first_name, c.last_name, c.phone, c.job_title,
           f.name, f.domain, f.industry, f.employees, f.country, u.username,
           (SELECT string_agg(t.name, ', ' ORDER BY t.name)
            FROM contacts_contact_tags ct JOIN contacts_tag t ON t.id = ct.tag_id
            WHERE ct.contact_id = c.id),
           c.language, c.timezone, c.source, c.created_at, s.total, p.name
    FROM contacts_contact c
    LEFT JOIN contacts_company f ON f.id = c.company_id
    LEFT JOIN accounts_user u ON u.id = c.owner_id
    LEFT JOIN scoring_score s ON s.contact_id = c.id
    LEFT JOIN journeys_phasevisit v ON v.contact_id = c.id AND v.left_at IS NULL
    LEFT JOIN journeys_phase p ON p.id = v.phase_id
    ORDER BY c.id
"""
ROUNDS = 3


def run() -> bool:
    rows = max(SIZE // 4, 1_000)
    with TemporaryDirectory() as scratch, override_settings(MEDIA_ROOT=scratch):
        results = [_in(Path(scratch), rows)]
    most = _peak()
    results.append(within("memory after import", most, most=MEMORY_MB, unit="MB"))
    fill(SIZE)
    before = _peak()
    results.append(_out())
    grown = _peak() - before
    results.append(within("memory that export adds", grown, most=GROWN_MB, unit="MB"))
    return all(results)


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


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


def _out() -> bool:
    rows, client = Contact.objects.count(), Client()
    client.force_login(AdminFactory())

    def ours() -> float:
        def read() -> None:
            answer = client.get("/contacts/export/")
            lines = sum(block.count(b"\n") for block in answer.streaming_content)
            assert lines == rows + 1, (lines, rows)

        return rows / seconds(read)

    def copy() -> float:
        statement = f"COPY ({SAME_COLUMNS}) TO STDOUT CSV"
        with connection.cursor() as cursor:
            out = io.StringIO()
            return rows / seconds(lambda: cursor.copy_expert(statement, out))

    rate, limit = in_turns(ours, copy, rounds=ROUNDS)
    return against(
        "CSV export, and COPY TO", ours=rate, limit=limit, unit="rows/s", goal=OUT_GOAL
    )
