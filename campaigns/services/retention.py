"""What was written in mails is not kept for ever; that they were sent is."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from campaigns.models import Message, MessageCopy, MessageFile

# Twelve months.
KEPT = timedelta(days=365)
CHUNK = 500


def erase_old_mails(*, at: datetime, is_dry_run: bool = False) -> int:
    """Erase what stood in mails of more than a year ago; return how many mails it was.

    The copy as it was handed over, words and files of the mail's own, and what was
    filled in. That
    there was a mail, to whom, when and what became of it stays. With ``is_dry_run``
    nothing is changed. Killed and run again it goes on where it was.
    """
    rows = _with_words(at=at)
    if is_dry_run:
        return rows.count()
    erased = 0
    while pks := list(
        rows.order_by("planned_at", "pk").values_list("pk", flat=True)[:CHUNK]
    ):
        with transaction.atomic():
            MessageCopy.objects.filter(pk__in=pks).delete()
            MessageFile.objects.filter(message__in=pks).delete()
            Message.objects.filter(pk__in=pks).update(draft=None, context={})
        erased += len(pks)
    return erased


def _with_words(*, at: datetime) -> QuerySet[Message]:
    before = at - KEPT
    old = Q(transmitted_at__lt=before) | Q(transmitted_at=None, due_at__lt=before)
    words = Q(copy__isnull=False) | Q(draft__isnull=False) | ~Q(context={})
    going = (*Message.WAITING, Message.State.SENDING, Message.State.TRANSMITTING)
    # None was sent before it was planned: that has an index.
    rows = Message.objects.filter(old, words, planned_at__lt=before)
    return rows.exclude(state__in=going)
