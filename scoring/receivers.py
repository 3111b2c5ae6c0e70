"""What others tell us."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from contacts.signals import contacts_changed
from journeys.models import Interaction
from journeys.signals import interactions_tracked
from scoring.services.marks import mark_scores_stale


@receiver(interactions_tracked, dispatch_uid="scoring.mark_scores_stale")
def mark_scores_of_tracked_contacts(
    *, interactions: list[Interaction], at: datetime, **kwargs: Any
) -> None:
    known = {row.contact_id for row in interactions if row.contact_id is not None}
    if known:  # most views of pages are nobody's
        mark_scores_stale(contact_ids=known, at=at)


@receiver(contacts_changed, dispatch_uid="scoring.mark_changed_contacts")
def mark_scores_of_changed_contacts(
    *, contact_ids: set[int], at: datetime, **kwargs: Any
) -> None:
    mark_scores_stale(contact_ids=contact_ids, at=at)
