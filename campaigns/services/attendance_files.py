"""Lists of attendees as files: read as imports of contacts are, and taken back as they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Job, User
from accounts.services.jobs import start_job
from campaigns.attendance import attended_column as guess_column
from campaigns.attendance import says_attended
from campaigns.models.event import AttendanceBatch, Event
from campaigns.services.attendance import (
    Attendee,
    NotBegun,
    record_attendance,
)
from contacts.imports.mapping import unescaped
from contacts.imports.reading import data_rows
from contacts.models import Contact, Import
from contacts.models.imports import ImportRow
from contacts.services.imports import (
    CHUNK,
    ImportNotReady,
    discard_import,
    import_rows,
    map_import,
    shape_of_run,
    upload_import,
)
from leadhub.errors import InvalidValue

Result = ImportRow.Result
Rows = list[tuple[int, list[str]]]


@dataclass(slots=True)
class AttendanceTrial:
    """What a file would bring: contacts by result, attendance, rows that are refused."""

    counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(Result.values, 0)
    )
    registered: int = 0
    attended: int = 0
    people: int = 0
    rejected: list[tuple[int, list[str], list[str]]] = field(default_factory=list)


class _DryRun(Exception):
    pass


@transaction.atomic
def upload_attendance(
    *, event: Event, file: IO[bytes], name: str, by: User | None, at: datetime
) -> AttendanceBatch:
    """Keep a file of attendees, with a guess which column is which.

    Raises ``Unreadable``.
    """
    part = f"event {event.pk}"
    run = upload_import(file=file, name=name, by=by, at=at, part_of=part)
    column = guess_column(run.columns)
    if column:
        run.mapping.pop(column, None)
        run.save(update_fields=["mapping"])
    return AttendanceBatch.objects.create(
        event=event,
        run=run,
        by=by,
        created_at=at,
        attended_column=column,
        all_attended=event.starts_at <= at,
    )


@transaction.atomic
def map_attendance(
    *,
    batch: AttendanceBatch,
    mapping: Mapping[str, str],
    attended_column: str,
    all_attended: bool,
    by: User | None,
    at: datetime,
) -> AttendanceBatch:
    """Say which column is which field of new contacts, and which says who attended.

    Without ``attended_column`` all rows attended, or all are registered only. Contacts
    there are stay as they are. Raises what ``map_import`` raises, ``NotBegun``.
    """
    run = _waiting_run(batch)
    mapping = dict(mapping)
    if attended_column:
        if attended_column not in run.columns:
            sentence = _("There is no column “%(column)s”.")
            raise InvalidValue(
                sentence % {"column": attended_column[:80]}, attr="attended_column"
            )
        mapping[attended_column] = ""
    if "email" not in mapping.values():
        sentence = _("Say which column has the e-mail address.")
        raise InvalidValue(sentence, attr="mapping")
    if any(name.startswith("new.") for name in mapping.values()):
        raise InvalidValue(_("Lists of attendees make no new fields."), attr="mapping")
    if all_attended and not attended_column and batch.event.starts_at > at:
        raise NotBegun(_("Nobody can have attended what has not begun."))
    map_import(run=run, mapping=mapping, updates_existing=False, by=by, at=at)
    batch.attended_column = attended_column
    batch.all_attended = all_attended and not attended_column
    batch.save(update_fields=["attended_column", "all_attended"])
    return batch


def try_attendance(
    *, batch: AttendanceBatch, by: User | None, at: datetime, rows: int | None = 5_000
) -> AttendanceTrial:
    """Find out what the first ``rows`` rows, or all, would bring, without doing it.

    Raises ``Unreadable``, ``NotBegun``, ``ImportNotReady``.
    """
    trial = AttendanceTrial()
    try:
        with transaction.atomic():
            run = _waiting_run(batch)
            for chunk in islice(chunks_of(run), rows and -(-rows // CHUNK)):
                import_attendees(batch=batch, chunk=chunk, at=at)
            for result in run.rows.values_list("result", flat=True):
                trial.counts[result] += 1
            trial.rejected = list(run.rejected_rows())
            record_file(batch=batch, at=at)
            trial.people = batch.people
            trial.registered, trial.attended = batch.registered, batch.attended
            raise _DryRun
    except _DryRun:
        batch.refresh_from_db()
    return trial


@transaction.atomic
def start_attendance(*, batch: AttendanceBatch, by: User | None, at: datetime) -> Job:
    """Import the mapped file and record who attended, as a job.

    Raises ``ImportNotReady``, ``InvalidValue``.
    """
    run = _waiting_run(batch)
    if "email" not in run.mapping.values():
        sentence = _("Say which column has the e-mail address.")
        raise InvalidValue(sentence, attr="mapping")
    run.status = Import.Status.RUNNING
    batch.job = run.job = start_job(
        kind=Job.Kind.ATTENDANCE, owner=by, params={"batch": batch.pk}, at=at
    )
    run.save(update_fields=["status", "job"])
    batch.save(update_fields=["job"])
    return batch.job


@transaction.atomic
def discard_attendance(*, batch: AttendanceBatch) -> None:
    """Forget a file that was uploaded and not imported. Raises ``ImportNotReady``."""
    run = _waiting_run(batch)
    batch.delete()
    discard_import(run=run)


@transaction.atomic
def undo_attendance(*, batch: AttendanceBatch, by: User | None, at: datetime) -> Job:
    """Take a batch back, as a job: its attendance, and the contacts that it made.

    Contacts that somebody has worked with since stay. Again is harmless. Raises
    ``ImportNotReady``.
    """
    batch = AttendanceBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
    run = _locked_run(batch)
    if run is None and batch.recorded_at is None:
        raise ImportNotReady(_("Only a finished import can be undone."))
    if run is not None:
        is_undone = run.status in (Import.Status.UNDOING, Import.Status.UNDONE)
        if is_undone and run.job and not run.was_stopped:
            return run.job
        if not run.may_be_undone:
            raise ImportNotReady(_("Only a finished import can be undone."))
        run.status = Import.Status.UNDOING
    elif batch.undone_at is not None and batch.job is not None:
        return batch.job
    batch.job = start_job(
        kind=Job.Kind.ATTENDANCE_UNDO, owner=by, params={"batch": batch.pk}, at=at
    )
    batch.save(update_fields=["job"])
    if run is not None:
        run.job = batch.job
        run.save(update_fields=["status", "job"])
    return batch.job


def import_attendees(*, batch: AttendanceBatch, chunk: Rows, at: datetime) -> None:
    """Import the contacts of some rows; what says nothing about attendance is rejected."""
    run = batch.run
    good, bad = [], []
    for number, cells in chunk:
        reason = _fault(batch, cells)
        if reason:
            shown = [cell.replace("\0", "\ufffd") for cell in cells]
            row = ImportRow(run=run, number=number, result=Result.REJECTED)
            row.cells, row.errors = shown, [reason]
            bad.append(row)
        else:
            good.append((number, cells))
    with transaction.atomic():
        ImportRow.objects.bulk_create(bad, ignore_conflicts=True)
        if good:
            import_rows(run, good, at=at)


def record_file(*, batch: AttendanceBatch, at: datetime) -> AttendanceBatch:
    """Record the attendance of all imported rows at once."""
    contacts = dict(
        batch.run.rows.exclude(contact=None).values_list("number", "contact")
    )
    rows = Contact.everyone.only("email", "email_key", "merged_into")
    known = rows.living(rows.in_bulk(set(contacts.values())))
    attendees = [
        Attendee(known[contacts[number]], attended=_attended(batch, cells))
        for chunk in chunks_of(batch.run)
        for number, cells in chunk
        if contacts.get(number) in known
    ]
    return record_attendance(batch=batch, attendees=attendees, at=at)


def chunks_of(run: Import) -> Iterator[Rows]:
    """The rows of the file, as many as one transaction takes. Raises ``Unreadable``."""
    with run.file.open("rb") as file:
        rows = data_rows(file, shape_of_run(run))
        while chunk := list(islice(rows, CHUNK)):
            yield chunk


def _fault(batch: AttendanceBatch, cells: list[str]) -> str:
    values = dict(zip(batch.run.columns, cells, strict=False))
    columns = [c for c, name in batch.run.mapping.items() if name == "email"]
    if not any(values.get(column, "").strip() for column in columns):
        return _("An e-mail address is needed.")
    try:
        _attended(batch, cells)
    except ValueError as error:
        return str(error)
    return ""


def _attended(batch: AttendanceBatch, cells: list[str]) -> bool:
    if not batch.attended_column:
        return batch.all_attended
    values = dict(zip(batch.run.columns, cells, strict=False))
    return says_attended(unescaped(values.get(batch.attended_column, "").strip()))


def _waiting_run(batch: AttendanceBatch) -> Import:
    run = _locked_run(batch)
    if run is None or run.status != Import.Status.UPLOADED:
        raise ImportNotReady(_("This import has started already."))
    batch.run = run
    return run


def _locked_run(batch: AttendanceBatch) -> Import | None:
    rows = Import.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("job").filter(pk=batch.run_id).first()
