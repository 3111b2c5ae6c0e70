"""Starting and canceling work that takes longer than an answer may."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import Job, User
from accounts.tasks import run_jobs
from leadhub.errors import DomainError
from leadhub.queue import enqueue


class JobFinished(DomainError):
    code = "job_finished"


@transaction.atomic
def start_job(
    *,
    kind: str,
    owner: User | None,
    params: dict[str, Any],
    at: datetime,
    total: int | None = None,
) -> Job:
    """Put a job on the list and ask for a run.

    ``params`` is all that its runner will know, as JSON; ``total`` counts what there
    is to do, if that is known yet.
    """
    job = Job.objects.create(
        kind=kind,
        owner=owner,
        language=get_language() or "",
        params=params,
        total=total,
        created_at=at,
    )
    enqueue(run_jobs)
    return job


@transaction.atomic
def cancel_job(*, job: Job, at: datetime) -> Job:
    """Stop a job: at once if it waits, else before its next step.

    What it has done stays done. Canceling it again is harmless. Raises
    ``JobFinished``.
    """
    job = Job.objects.select_for_update(no_key=True).get(pk=job.pk)
    if job.status in (Job.Status.DONE, Job.Status.FAILED):
        raise JobFinished(_("This job has finished."))
    if job.status != Job.Status.CANCELLED:
        job.status = Job.Status.CANCELLED
        job.finished_at = at
        job.save(update_fields=["status", "finished_at"])
    return job
