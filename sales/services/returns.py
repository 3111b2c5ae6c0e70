"""Contacts that sales declined for a time."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction

from sales.models import Handoff, HandoffEvent
from sales.services.steps import locked, note, open_handoff
from scoring.services.scores import rearm

logger = logging.getLogger(__name__)

AT_ONCE = 500


def return_declined_leads(*, at: datetime) -> int:
    """Let those whose date to return has come become sales-ready anew.

    Return how many. Each is a transaction of its own; one that fails waits for the
    next run and holds nobody up.
    """
    count = 0
    for handoff in Handoff.objects.returning(at=at)[:AT_ONCE]:
        try:
            count += _return(handoff, at=at)
        except Exception:
            logger.exception("Handoff %s could not be returned.", handoff.pk)
    return count


@transaction.atomic
def _return(handoff: Handoff, *, at: datetime) -> bool:
    # The score is locked first, as scoring does; arming it twice is harmless.
    is_again_in_sales = Handoff.objects.open().filter(contact=handoff.contact_id)
    if not is_again_in_sales.exists():
        rearm(contact=handoff.contact, at=at)
    contact, row = locked(handoff)
    if row.returned_at is not None or row.return_at is None:
        return False
    row.returned_at = at
    row.save(update_fields=["returned_at"])
    note(row, HandoffEvent.Kind.RETURNED, by=None, at=at)
    return open_handoff(contact) is None
