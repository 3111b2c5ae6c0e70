"""The job that lets all contacts follow a changed plan."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from accounts.models import Job, User
from accounts.services.jobs import start_job
from accounts.services.running import Progress, job_runner
from contacts.models import Contact
from journeys.models import Journey, Phase
from journeys.services.advancing import advance_contacts

CHUNK = 500


def follow_plan(*, by: User | None, at: datetime) -> Job:
    """Let contacts move as the plans now say, as a job; one that waits will do."""
    waiting = Job.objects.filter(
        kind=Job.Kind.ADVANCE, status=Job.Status.QUEUED, params={}
    ).first()
    return waiting or start_job(kind=Job.Kind.ADVANCE, owner=by, params={}, at=at)


def follow_time(*, at: datetime) -> Job | None:
    """Let contacts follow what only time has made true: that somebody has gone quiet.

    None if no live plan has an exit condition or a goal.
    """
    phases = Phase.objects.filter(journey__is_active=True).exclude(exit_condition={})
    if phases.exists() or Journey.objects.live().exclude(goal={}).exists():
        return follow_plan(by=None, at=at)
    return None


@job_runner(Job.Kind.ADVANCE)
def let_everybody_follow(job: Job, progress: Progress) -> dict[str, int]:
    """Advance all contacts in chunks, in the order of their numbers.

    Goes on behind the last finished chunk if it is run again.
    """
    contacts = Contact.objects.order_by("pk")
    progress.advance(0, total=contacts.count())
    last, moved = job.params.get("last", 0), job.params.get("moved", 0)
    while ids := list(
        contacts.filter(pk__gt=last).values_list("pk", flat=True)[:CHUNK]
    ):
        with transaction.atomic():
            moved += advance_contacts(contact_ids=ids, at=timezone.now())
            last = ids[-1]
            Job.objects.filter(pk=job.pk).update(params={"last": last, "moved": moved})
            progress.advance(len(ids))
    return {"moved": moved}
