"""The run that catches up with what was marked."""

from __future__ import annotations

from time import monotonic

from celery import shared_task
from django.utils import timezone

from leadhub.queue import enqueue
from scoring.services.batches import recompute_batch, stale_batches
from scoring.services.due import mark_due_scores

SECONDS_PER_RUN = 20


@shared_task(name="scoring.recompute_stale_scores")
def recompute_stale_scores() -> None:
    """Asked for when a score is marked; and the sweep, for what a lost run left.

    Ends after a while and asks for another run, so that other work has its turn.
    """
    ends_at = monotonic() + SECONDS_PER_RUN
    mark_due_scores(at=timezone.now())
    for contact_ids in stale_batches():
        recompute_batch(contact_ids=contact_ids, at=timezone.now())
        if monotonic() > ends_at:
            enqueue(recompute_stale_scores)
            return
