"""Working off what was marked, batch by batch."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator
from datetime import datetime

from django.conf import settings
from django.db import OperationalError

from scoring.models import StaleMark
from scoring.services.failures import count_failure
from scoring.services.merging import pass_on_late_marks
from scoring.services.scores import recompute_scores

logger = logging.getLogger(__name__)


def stale_batches() -> Iterator[list[int]]:
    """Contacts with marks, oldest mark first, as many as one transaction takes.

    Looks anew for each batch, beyond the marks of the last one: what is marked
    meanwhile is in, and a contact that cannot be scored is not tried again and again.
    """
    after, size = 0, settings.SCORES_PER_TRANSACTION
    while True:
        # A burst leaves many marks of few contacts.
        marks = StaleMark.objects.to_do().filter(pk__gt=after).order_by("pk")
        found = list(marks.values_list("pk", "contact_id")[: size * 10])
        if not found:
            return
        contact_ids: dict[int, None] = {}
        for pk, contact_id in found:
            if contact_id not in contact_ids and len(contact_ids) == size:
                break
            contact_ids[contact_id] = None
            after = pk
        yield list(contact_ids)


def recompute_batch(*, contact_ids: Collection[int], at: datetime) -> None:
    """``recompute_scores``; if that fails, each contact by itself.

    So one contact whose score cannot be counted does not hold up the others. Its
    marks count the attempts and are parked after ten, which is an alarm in the log.
    """
    pass_on_late_marks(contact_ids=contact_ids, at=at)
    try:
        try:
            recompute_scores(contact_ids=contact_ids, at=at)
        except OperationalError:
            # A deadlock or a lock that took too long passes. What does not pass is
            # the database's trouble, no contact's: the next run tries again.
            recompute_scores(contact_ids=contact_ids, at=at)
    except OperationalError:
        raise
    except Exception:
        logger.exception("A batch of %s scores failed.", len(contact_ids))
        for contact_id in sorted(contact_ids):
            _recompute_one(contact_id, at=at)


def _recompute_one(contact_id: int, *, at: datetime) -> None:
    try:
        recompute_scores(contact_ids=[contact_id], at=at)
    except OperationalError:
        raise
    except Exception:
        logger.exception("The score of contact %s failed.", contact_id)
        count_failure([contact_id], at=at)
