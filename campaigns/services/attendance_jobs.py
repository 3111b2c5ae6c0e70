"""The jobs of lists of attendees: contacts chunk by chunk, attendance at once."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Job
from accounts.services.running import Progress, job_runner
from campaigns.models.event import AttendanceBatch
from campaigns.models.message import Message
from campaigns.services.attendance import unrecord_attendance
from campaigns.services.attendance_files import (
    chunks_of,
    import_attendees,
    record_file,
)
from contacts.models import Import
from contacts.models.imports import ImportRow
from contacts.services.importing import finish_import
from contacts.services.imports import CHUNK
from contacts.services.undoing import undo_rows
from leadhub.errors import DomainError
from scoring.models import Crossing


@job_runner(Job.Kind.ATTENDANCE)
def run_attendance(job: Job, progress: Progress) -> dict[str, Any]:
    """Import the contacts, then record who attended, in one transaction."""
    rows = AttendanceBatch.objects.select_related("event", "run__by")
    batch = rows.get(pk=job.params["batch"])
    if batch.run.status == Import.Status.RUNNING:
        try:
            _import_all(batch, job, progress)
        except DomainError:
            Import.objects.filter(pk=batch.run_id).update(status=Import.Status.FAILED)
            raise
    counts = finish_import(batch.run)
    return {
        "batch": batch.pk,
        **{name: counts[name] for name in ImportRow.Result.values},
        "registered": batch.registered,
        "attended": batch.attended,
        "people": batch.people,
    }


def _import_all(batch: AttendanceBatch, job: Job, progress: Progress) -> None:
    # To its end before anything is written: it may not be readable so far.
    total = sum(len(chunk) for chunk in chunks_of(batch.run))
    progress.advance(0, total=total)
    seen = 0
    for chunk in chunks_of(batch.run):
        seen += len(chunk)
        with transaction.atomic():
            import_attendees(batch=batch, chunk=chunk, at=timezone.now())
            progress.advance(len(chunk) if seen > job.done else 0)
    if batch.recorded_at is None:
        with transaction.atomic():
            record_file(batch=batch, at=timezone.now())
            progress.advance(0)


@job_runner(Job.Kind.ATTENDANCE_UNDO)
def run_attendance_undo(job: Job, progress: Progress) -> dict[str, Any]:
    """Take the attendance back, then the contacts from the last row to the first."""
    rows = AttendanceBatch.objects.select_related("event", "run")
    batch = rows.get(pk=job.params["batch"])
    unrecord_attendance(batch=batch, at=timezone.now())
    summary = {"deleted": 0, "restored": 0, "kept": 0, **job.params.get("so_far", {})}
    if batch.run is not None:
        _undo_contacts(batch.run, job, progress, summary)
    return {"batch": batch.pk, **summary}


def _undo_contacts(
    run: Import, job: Job, progress: Progress, summary: dict[str, int]
) -> None:
    last = job.params.get("last")
    made = run.rows.filter(result=ImportRow.Result.CREATED, contact__isnull=False)
    rows = made | run.rows.exclude(company={})
    progress.advance(0, total=rows.count() + job.done)
    while True:
        below = rows if last is None else rows.filter(number__lt=last)
        chunk = list(islice(below.order_by("-number"), CHUNK))
        if not chunk:
            break
        with transaction.atomic():
            kept = _with_sales_or_mails({row.contact_id for row in chunk})
            free = [row for row in chunk if row.contact_id not in kept]
            counts = undo_rows(free, by=job.owner, at=timezone.now()) if free else {}
            summary["kept"] += len(kept)
            for name, count in counts.items():
                summary[name] += count
            last = chunk[-1].number
            params = {**job.params, "so_far": summary, "last": last}
            Job.objects.filter(pk=job.pk).update(params=params)
            progress.advance(len(chunk))
    Import.objects.filter(pk=run.pk).update(
        status=Import.Status.UNDONE, undone_at=timezone.now()
    )
    run.file.delete(save=False)  # of one that was stopped


def _with_sales_or_mails(contact_ids: set[int | None]) -> set[int | None]:
    """Those who were handed off, or got a mail, and stay for that."""
    crossed = Crossing.objects.filter(contact__in=contact_ids)
    mailed = Message.objects.may_have_arrived().filter(contact__in=contact_ids)
    return set(crossed.values_list("contact_id", flat=True)) | set(
        mailed.values_list("contact_id", flat=True)
    )
