"""Noting that scores are behind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from leadhub.copying import insert_rows
from leadhub.queue import enqueue
from scoring.models import StaleMark
from scoring.tasks import recompute_stale_scores


# Without a savepoint: its callers have a transaction, and each interaction comes by here.
@transaction.atomic(savepoint=False)
def mark_scores_stale(*, contact_ids: Iterable[int], at: datetime) -> None:
    """Mark these contacts' scores as behind, and ask for a run that catches up.

    ``at`` is when the thing was recorded that their scores do not count yet. A plain
    insert: it waits for nobody, least of all for a run that is scoring the contact.
    """
    wanted = sorted(set(contact_ids))
    if wanted:
        insert_rows(StaleMark, ["contact_id", "at"], [(pk, at) for pk in wanted])
        enqueue(recompute_stale_scores)
