"""Noting that interests are behind."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from campaigns.models.interest import InterestMark, InterestProfile
from campaigns.tasks import recount_interests
from contacts.models import Contact
from journeys.models import Interaction
from leadhub.copying import insert_rows
from leadhub.queue import enqueue


# Without a savepoint: its callers have a transaction, and each interaction comes by here.
@transaction.atomic(savepoint=False)
def mark_interests_stale(*, contact_ids: Iterable[int], at: datetime) -> None:
    """Mark what is known of these contacts as behind, and ask for a run.

    A plain insert: it waits for nobody, least of all for a run that counts them.
    """
    wanted = sorted(set(contact_ids))
    if wanted:
        insert_rows(InterestMark, ["contact_id", "at"], [(pk, at) for pk in wanted])
        enqueue(recount_interests)


@transaction.atomic
def mark_counted_interests_stale(*, contact_ids: Iterable[int], at: datetime) -> None:
    """As above, of those about whom something is known; others have nothing to change."""
    known = InterestProfile.objects.filter(pk__in=list(contact_ids))
    mark_interests_stale(contact_ids=known.values_list("pk", flat=True), at=at)


@transaction.atomic
def mark_all_interests_stale(*, at: datetime) -> int:
    """Mark every contact that has done anything; return how many these are."""
    theirs = Interaction.objects.filter(contact=OuterRef("pk"))
    ids = Contact.objects.filter(Exists(theirs)).order_by("pk")
    ids = list(ids.values_list("pk", flat=True))
    mark_interests_stale(contact_ids=ids, at=at)
    return len(ids)
