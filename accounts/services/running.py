"""Running jobs: one at a time per run, taken over when a run was killed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from threading import Lock
from time import sleep
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.languages import language_of
from accounts.models import Job
from leadhub.errors import DomainError

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)


class JobLost(Exception):
    """The job was canceled, or another run has taken it over: stop here."""


class Progress:
    """How a runner says how far it is, and learns that it should stop."""

    def __init__(self, job: Job) -> None:
        self._job_id = job.pk
        self._lease = job.lease_until

    def advance(self, steps: int, *, total: int | None = None) -> None:
        """Count ``steps`` more as done; ``total`` if it is known by now.

        Within the transaction of a chunk, the count commits with the chunk. Raises
        ``JobLost``.
        """
        lease = timezone.now() + LEASE
        changes: dict[str, Any] = {"done": F("done") + steps, "lease_until": lease}
        if total is not None:
            changes["total"] = total
        self._write(**changes)
        self._lease = lease

    def finish(self, *, status: Job.Status, **changes: Any) -> None:
        self._write(
            status=status, finished_at=timezone.now(), lease_until=None, **changes
        )

    def _write(self, **changes: Any) -> None:
        ours = Job.objects.filter(
            pk=self._job_id, status=Job.Status.RUNNING, lease_until=self._lease
        )
        if not ours.update(**changes):
            raise JobLost


Runner = Callable[[Job, Progress], dict[str, Any]]
_runners: dict[str, Runner] = {}
_one_per_process = Lock()


def job_runner(kind: str) -> Callable[[Runner], Runner]:
    """Make a function the runner of jobs of this kind.

    It gets the job and a ``Progress`` and returns the result, as JSON. It works in
    chunks, each in a transaction of its own, and goes on where ``job.done`` stands if
    it is run again after a crash.
    """

    def register(runner: Runner) -> Runner:
        _runners[kind] = runner
        return runner

    return register


def run_waiting_jobs() -> None:
    """Run jobs until none waits. In a process that runs one already, do nothing.

    So the other threads of a small installation stay free for scores and mails.
    """
    if not _one_per_process.acquire(blocking=False):
        return
    try:
        while run_next_job():
            pass
    finally:
        _one_per_process.release()


def run_until_finished(job: Job) -> Job:
    """Run jobs here, or wait for those who run it elsewhere, until ``job`` has ended."""
    while Job.objects.unfinished().filter(pk=job.pk).exists():
        if not run_next_job():
            sleep(0.2)
    job.refresh_from_db()
    return job


def run_next_job() -> bool:
    """Run the oldest job that waits, or was left by a killed run. False: there is none.

    A ``DomainError`` ends the job with its sentence; any other failure with a general
    one, and goes to the log.
    """
    job = _take_job()
    if job is None:
        return False
    progress = Progress(job)
    with translation.override(job.language or language_of(job.owner)):
        _run(job, progress)
    return True


def _run(job: Job, progress: Progress) -> None:
    try:
        result = _runners[job.kind](job, progress)
        progress.finish(status=Job.Status.DONE, result=result)
    except JobLost:
        logger.info("Job %s was canceled or taken over.", job.pk)
    except Exception as error:
        if not isinstance(error, DomainError):
            logger.exception("Job %s failed.", job.pk)
        _fail(progress, error)


@transaction.atomic
def _take_job() -> Job | None:
    now = timezone.now()
    left = Q(status=Job.Status.RUNNING, lease_until__lt=now)
    job = (
        Job.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(Q(status=Job.Status.QUEUED) | left, kind__in=_runners)
        .order_by("created_at", "pk")
        .first()
    )
    if job is not None:
        job.status = Job.Status.RUNNING
        job.lease_until = now + LEASE
        job.save(update_fields=["status", "lease_until"])
    return job


def _fail(progress: Progress, error: Exception) -> None:
    sentence = (
        str(error)
        if isinstance(error, DomainError)
        else _("Something went wrong on our side. The log says what.")
    )
    try:
        progress.finish(status=Job.Status.FAILED, error=sentence)
    except JobLost:
        logger.info("A job that failed was canceled or taken over meanwhile.")
