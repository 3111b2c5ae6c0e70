"""Scores that cannot be counted."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import F

from scoring.models import StaleMark

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 10


@transaction.atomic
def count_failure(contact_ids: Collection[int], *, at: datetime) -> None:
    """Note that these failed; park the marks that failed ten times, with an alarm."""
    marks = StaleMark.objects.to_do().filter(contact__in=contact_ids)
    marks.update(attempts=F("attempts") + 1)
    parked = marks.filter(attempts__gte=MAX_ATTEMPTS)
    if count := parked.update(parked_at=at):
        logger.error(
            "Parked %s marks of contacts %s: their scores failed %s times.",
            count,
            sorted(contact_ids),
            MAX_ATTEMPTS,
        )
