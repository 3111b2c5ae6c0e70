"""Importing files of contacts, and taking an import back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import IO

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Job, User
from accounts.services.jobs import start_job
from contacts.imports.mapping import checked, guess, item_of
from contacts.imports.new_fields import field_for
from contacts.imports.reading import Shape, data_rows, fault_of, shape_of
from contacts.models.imports import Import, ImportRow
from contacts.services.contacts import ContactOutcome, upsert_contacts
from contacts.services.custom_fields import create_custom_field
from contacts.text import clean_text
from contacts.values import custom_fields
from leadhub.copying import insert_rows
from leadhub.errors import DomainError, InvalidValue
from leadhub.ids import new_id

CHUNK = 1_000
ROW = (
    *("run_id", "number", "result", "company"),
    *("contact_id", "changes", "cells", "errors"),
)
UNTRUSTED = "untrusted"


class ImportNotReady(DomainError):
    code = "import_not_ready"


@dataclass(slots=True)
class Trial:
    """What an import would bring: results counted, rejected rows with their reasons."""

    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(ImportRow.Result.values, 0)
    )
    rejected: list[tuple[int, list[str], list[str]]] = field(default_factory=list)


class _DryRun(Exception):
    pass


@transaction.atomic
def upload_import(
    *, file: IO[bytes], name: str, by: User | None, at: datetime, part_of: str = ""
) -> Import:
    """Keep a file to import, with a guess which column is which field.

    With ``part_of`` the import belongs to something that runs it and takes it back.
    Raises ``Unreadable``.
    """
    shape = shape_of(file)
    run = Import(
        by=by,
        file_name=clean_text(name or "file", attr="file", max_length=200),
        encoding=shape.encoding,
        delimiter=shape.delimiter,
        columns=shape.columns,
        mapping=guess(shape.columns, custom_fields=custom_fields()),
        part_of=part_of,
        created_at=at,
    )
    run.file.save(f"{new_id()}.csv", File(file), save=False)
    run.save()
    return run


@transaction.atomic
def map_import(
    *,
    run: Import,
    mapping: Mapping[str, str],
    updates_existing: bool,
    by: User | None,
    at: datetime,
    list_name: str = "",
) -> Import:
    """Say which column is which field; ``list_name`` is a tag that all rows get.

    ``new.<type>`` (see ``contacts.imports.new_fields.TYPES``) is a custom field that
    is made when the import starts, not before.

    Raises ``UnknownColumn``, ``UnknownTarget``, ``InvalidValue``, ``ImportNotReady``.
    """
    run = Import.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.status != Import.Status.UPLOADED:
        raise ImportNotReady(_("This import has started already."))
    run.mapping = checked(mapping, columns=run.columns, custom_fields=custom_fields())
    run.updates_existing = updates_existing
    run.list_name = clean_text(list_name, attr="list_name", max_length=60).lower()
    run.save(update_fields=["mapping", "updates_existing", "list_name"])
    return run


def samples_of(run: Import, *, rows: int) -> list[list[str]]:
    """The cells of the first rows."""
    with run.file.open("rb") as file:
        found = islice(data_rows(file, shape_of_run(run)), rows)
        return [cells for _number, cells in found]


@transaction.atomic
def start_import(*, run: Import, by: User | None, at: datetime) -> Job:
    """Make the new fields and import the mapped file, as a job.

    Raises ``ImportNotReady``, and what ``map_import`` raises.
    """
    run = Import.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.status != Import.Status.UPLOADED:
        raise ImportNotReady(_("This import has started already."))
    checked(run.mapping, columns=run.columns, custom_fields=custom_fields())
    run.made_fields = _make_fields(run, by=by, at=at)
    run.status = Import.Status.RUNNING
    run.job = start_job(
        kind=Job.Kind.IMPORT, owner=by, params={"import": run.pk}, at=at
    )
    run.save(update_fields=["mapping", "made_fields", "status", "job"])
    return run.job


def try_import(
    *, run: Import, by: User | None, at: datetime, rows: int | None = 5_000
) -> Trial:
    """Find out what the first ``rows`` rows, or all, would bring, without doing it.

    Raises ``Unreadable``, and what ``map_import`` raises.
    """
    trial, mapping = Trial(), dict(run.mapping)
    try:
        with transaction.atomic(), run.file.open("rb") as file:
            _make_fields(run, by=by, at=at)
            wanted = islice(data_rows(file, shape_of_run(run)), rows)
            while chunk := list(islice(wanted, CHUNK)):
                outcomes = _upsert(run, chunk, by=by, at=at)
                for (number, cells), outcome in zip(chunk, outcomes, strict=True):
                    trial.counts[outcome.result] += 1
                    if outcome.result == ImportRow.Result.REJECTED:
                        trial.rejected.append((number, cells, reasons_of(outcome)))
            raise _DryRun
    except _DryRun:
        pass
    finally:
        run.mapping = mapping
    return trial


@transaction.atomic
def discard_import(*, run: Import) -> None:
    """Forget a file that was uploaded and not imported. Raises ``ImportNotReady``."""
    run = Import.objects.select_for_update(no_key=True).get(pk=run.pk)
    if run.status != Import.Status.UPLOADED:
        raise ImportNotReady(_("This import has started already."))
    run.delete()
    transaction.on_commit(lambda: run.file.delete(save=False), robust=True)


def import_rows(
    run: Import, chunk: list[tuple[int, list[str]]], *, at: datetime
) -> dict[str, int]:
    """Import some rows in one transaction; rows that are done already are left out."""
    with transaction.atomic():
        done = set(
            run.rows.filter(
                number__gte=chunk[0][0], number__lte=chunk[-1][0]
            ).values_list("number", flat=True)
        )
        chunk = [row for row in chunk if row[0] not in done]
        counts = dict.fromkeys(ImportRow.Result.values, 0)
        if not chunk:
            return counts
        outcomes = _upsert(run, chunk, by=run.by, at=at)
        rows = []
        for (number, cells), outcome in zip(chunk, outcomes, strict=True):
            counts[outcome.result] += 1
            row = [run.pk, number, outcome.result, outcome.company]
            if outcome.result == ImportRow.Result.REJECTED:
                # What no database can store is shown as what it is not.
                shown = [cell.replace("\0", "\ufffd") for cell in cells]
                row += [None, {}, shown, reasons_of(outcome)]
            else:
                row += [outcome.contact.pk, outcome.changes, [], []]
            rows.append(row)
        insert_rows(ImportRow, ROW, rows)
        return counts


def reasons_of(outcome: ContactOutcome) -> list[str]:
    """Why a row was rejected, each with the field it is about."""
    reasons = []
    for error in outcome.errors:
        attr = "" if error.code == UNTRUSTED else getattr(error, "attr", None)
        reasons.append(f"{attr}: {error}" if attr else str(error))
    return reasons


def shape_of_run(run: Import) -> Shape:
    return Shape(run.encoding, run.delimiter, run.columns)


def _make_fields(run: Import, *, by: User | None, at: datetime) -> list[str]:
    """Make the new fields of the mapping and put them into it; return their keys."""
    fields, made = custom_fields(), []
    for column in run.columns:  # the mapping has lost its order in the database
        family, _dot, kind = run.mapping.get(column, "").partition(".")
        if family == "new":
            data = field_for(column, kind, taken=fields)
            field = create_custom_field(data=data, by=by, at=at)
            fields[field.key] = field
            made.append(field.key)
            run.mapping[column] = f"custom.{field.key}"
    return made


def _upsert(
    run: Import, chunk: list[tuple[int, list[str]]], *, by: User | None, at: datetime
) -> list[ContactOutcome]:
    """What becomes of each row; those that cannot be trusted touch no contact."""
    shape, tags = shape_of_run(run), [run.list_name] if run.list_name else []
    faults = [fault_of(cells, shape, mapping=run.mapping) for _number, cells in chunk]
    items = [
        item_of(cells, columns=run.columns, mapping=run.mapping, tags=tags)
        for (_number, cells), fault in zip(chunk, faults, strict=True)
        if not fault
    ]
    outcomes = iter(
        upsert_contacts(
            items=items,
            by=by,
            at=at,
            source=f"import {run.pk}",
            updates_existing=run.updates_existing,
        )
    )
    return [_untrusted(fault) if fault else next(outcomes) for fault in faults]


def _untrusted(fault: str) -> ContactOutcome:
    error = InvalidValue(fault)
    error.code = UNTRUSTED
    return ContactOutcome(None, "rejected", errors=[error])
