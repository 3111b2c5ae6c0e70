"""Who enters a sequence by itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice

from django.db import transaction
from django.utils import timezone

from campaigns.models import Sequence
from campaigns.selectors.entries import entering
from campaigns.services.enrollments import enroll_contacts
from contacts.models import Contact

# Rows are stored before they are visible: look back a little, repeats do no harm.
OVERLAP = timedelta(minutes=2)
CHUNK = 500


def look_for_entries() -> int:
    """Let in whoever the active sequences are waiting for; return how many came."""
    waiting = Sequence.objects.active().exclude(trigger=Sequence.Trigger.BY_HAND)
    return sum(_look(sequence) for sequence in waiting.order_by("pk"))


def _look(sequence: Sequence) -> int:
    now = timezone.now()
    since = (sequence.looked_until or now) - OVERLAP
    count = 0
    contacts = entering(sequence, since=since, at=now)
    for ids in _chunks(contacts.order_by("pk").values_list("pk", flat=True).iterator()):
        chosen = list(Contact.objects.filter(pk__in=ids))
        count += len(
            enroll_contacts(
                sequence=sequence,
                contacts=chosen,
                source=sequence.trigger,
                by=None,
                at=now,
            )
        )
    # Unless somebody has paused it meanwhile, which sets the mark itself.
    with transaction.atomic():
        rows = Sequence.objects.filter(pk=sequence.pk, status=sequence.status)
        rows.update(looked_until=now)
    return count


def _chunks(ids: Iterable[int]) -> Iterator[list[int]]:
    rest = iter(ids)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
