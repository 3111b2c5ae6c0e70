"""``manage.py import_contacts``: a CSV file of contacts, in any encoding."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.models import Job
from accounts.services.running import run_until_finished
from contacts.imports.mapping import guess
from contacts.imports.writing import rejected_lines
from contacts.models.imports import Import
from contacts.services.imports import (
    ImportNotReady,
    discard_import,
    map_import,
    start_import,
    try_import,
    upload_import,
)
from contacts.values import custom_fields
from leadhub.command_files import opened
from leadhub.errors import DomainError

Rejected = Iterable[tuple[int, Sequence[str], Sequence[str]]]


class Command(BaseCommand):
    help = "Imports contacts from a CSV file; '-' reads standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="COLUMN=FIELD",
            help="e.g. 'Mail=email', 'City=custom.city', 'Age=new.number' for a field "
            "that is made; an empty FIELD leaves the column out",
        )
        parser.add_argument("--update", action="store_true", help="update known ones")
        parser.add_argument("--dry-run", action="store_true", help="change nothing")
        parser.add_argument("--list", default="", metavar="NAME", help="tag all rows")

    def handle(self, *args: Any, **options: Any) -> None:
        now, name = timezone.now(), options["file"]
        try:
            with opened(name) as file:
                run = upload_import(file=file, name=Path(name).name, by=None, at=now)
            try:
                counts, rejected = self._import(run, options)
            finally:
                # What was refused, or only tried, leaves no trace.
                with suppress(ImportNotReady):
                    discard_import(run=run)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal
        for result in ("created", "updated", "unchanged", "rejected"):
            self.stdout.write(f"{result}: {counts[result]}")
        if counts["rejected"]:
            self._write_rejected(run, name, rejected)
            sys.exit(1)

    def _import(
        self, run: Import, options: dict[str, Any]
    ) -> tuple[dict[str, int], Rejected]:
        now = timezone.now()
        run = self._map(run, options)
        if options["dry_run"]:
            trial = try_import(run=run, by=None, at=now, rows=None)
            return trial.counts, trial.rejected
        job = run_until_finished(start_import(run=run, by=None, at=now))
        if job.status != Job.Status.DONE:
            raise CommandError(job.error or "The import was canceled.")
        return job.result, run.rejected_rows()

    def _map(self, run: Import, options: dict[str, Any]) -> Import:
        pairs = {}
        for text in options["map"]:
            column, equals, field = text.rpartition("=")
            if not equals:
                raise CommandError(f"--map wants COLUMN=FIELD, not {text!r}")
            pairs[column.strip()] = field.strip()
        guessed = guess(run.columns, custom_fields=custom_fields())
        # What is said outright wins over a guess about another column.
        kept = {c: f for c, f in guessed.items() if f not in pairs.values()}
        for column, field in pairs.items():
            # Made by an earlier run: a repeat makes no second one.
            if field.startswith("new.") and guessed.get(column, "")[:7] == "custom.":
                pairs[column] = guessed[column]
        return map_import(
            run=run,
            mapping=kept | pairs,
            updates_existing=options["update"],
            by=None,
            at=timezone.now(),
            list_name=options["list"],
        )

    def _write_rejected(self, run: Import, name: str, rows: Rejected) -> None:
        path = Path("stdin" if name == "-" else name)
        path = path.with_name(f"{path.name}.rejected.csv")
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                lines = rejected_lines(run.columns, rows, delimiter=run.delimiter)
                file.writelines(lines)
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        self.stdout.write(f"The rejected rows are in {path}.")
