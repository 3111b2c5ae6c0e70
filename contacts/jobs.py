"""Changes to more contacts than an answer can wait for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import Job, User
from accounts.services.jobs import start_job
from accounts.services.running import Progress, job_runner
from contacts.services.bulk import bulk_delete_contacts, change_contacts

SHOWN = 100


def start_bulk_change(
    *, contact_ids: Collection[int], data: dict[str, Any] | None, by: User, at: datetime
) -> Job:
    """Change these contacts by and by; ``data`` None: delete them."""
    ids = sorted(contact_ids)
    params = {"contact_ids": ids, "data": data}
    return start_job(kind=Job.Kind.BULK, owner=by, params=params, total=len(ids), at=at)


@job_runner("bulk")
def run_bulk_change(job: Job, progress: Progress) -> dict[str, Any]:
    left = job.params["contact_ids"][job.done :]
    common: dict[str, Any] = {"contact_ids": left, "by": job.owner}
    if job.params["data"] is None:
        summary = bulk_delete_contacts(**common, progress=progress.advance)
    else:
        summary = change_contacts(
            **common,
            data=job.params["data"],
            at=timezone.now(),
            source="browser",
            progress=progress.advance,
        )
    return {
        "changed": summary.changed,
        "unchanged": summary.unchanged,
        "skipped": len(summary.skipped),
        "skipped_contacts": summary.skipped[:SHOWN],
    }
