"""The jobs of imports: chunk by chunk, resumable, each chunk in its transaction."""

from __future__ import annotations

from itertools import islice
from typing import Any

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import Job
from accounts.services.running import Progress, job_runner
from contacts.imports.reading import data_rows
from contacts.models.imports import Import, ImportRow
from contacts.services.imports import CHUNK, import_rows, shape_of_run
from contacts.services.undoing import forget_fields, undo_rows
from leadhub.errors import DomainError

# Fewer than come in: contacts are given back what they had one by one.
UNDONE_AT_ONCE = 500


@job_runner(Job.Kind.IMPORT)
def run_import(job: Job, progress: Progress) -> dict[str, Any]:
    """Import all rows of the file; the result counts what became of them."""
    run = Import.objects.select_related("by").get(pk=job.params["import"])
    if run.status == Import.Status.RUNNING:
        try:
            _import_all(run, job, progress)
        except DomainError:
            Import.objects.filter(pk=run.pk).update(status=Import.Status.FAILED)
            raise
    return finish_import(run)


def _import_all(run: Import, job: Job, progress: Progress) -> None:
    with run.file.open("rb") as file:
        # To its end before anything is written: it may not be readable so far.
        total = sum(1 for _row in data_rows(file, shape_of_run(run)))
        progress.advance(0, total=total)
        rows, seen = data_rows(file, shape_of_run(run)), 0
        while chunk := list(islice(rows, CHUNK)):
            seen += len(chunk)
            with transaction.atomic():
                import_rows(run, chunk, at=timezone.now())
                progress.advance(len(chunk) if seen > job.done else 0)


def finish_import(run: Import) -> dict[str, Any]:
    """Write down what became of the rows, and let the file go. May be repeated."""
    counts = dict.fromkeys(ImportRow.Result.values, 0)
    counts |= dict(
        run.rows.order_by()
        .values("result")
        .annotate(count=Count("pk"))
        .values_list("result", "count")
    )
    Import.objects.filter(pk=run.pk, status=Import.Status.RUNNING).update(
        status=Import.Status.DONE, finished_at=timezone.now(), **counts
    )
    run.file.delete(save=False)
    return {"import": run.pk, **counts}


@job_runner(Job.Kind.IMPORT_UNDO)
def run_undo(job: Job, progress: Progress) -> dict[str, Any]:
    """Take all rows back from the last to the first."""
    run = Import.objects.get(pk=job.params["import"])
    changed = Q(result__in=[ImportRow.Result.CREATED, ImportRow.Result.UPDATED])
    rows = run.rows.filter(changed & Q(contact__isnull=False) | ~Q(company={}))
    progress.advance(0, total=rows.count() + job.done)
    summary = {"deleted": 0, "restored": 0, "kept": 0, **job.params.get("so_far", {})}
    last = job.params.get("last")
    while True:
        below = rows if last is None else rows.filter(number__lt=last)
        chunk = list(below.order_by("-number")[:UNDONE_AT_ONCE])
        if not chunk:
            break
        with transaction.atomic():
            counts = undo_rows(chunk, by=job.owner, at=timezone.now())
            summary = {key: summary[key] + counts[key] for key in summary}
            last = chunk[-1].number
            params = {**job.params, "so_far": summary, "last": last}
            Job.objects.filter(pk=job.pk).update(params=params)
            progress.advance(len(chunk))
    forget_fields(run, by=job.owner, at=timezone.now())
    Import.objects.filter(pk=run.pk).update(
        status=Import.Status.UNDONE, undone_at=timezone.now()
    )
    run.file.delete(save=False)  # of one that was stopped
    return {"import": run.pk, **summary}
