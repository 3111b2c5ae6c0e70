"""Messages that senders have left behind, and those that are too late."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from campaigns.models.message import Message, MessageEvent
from campaigns.signals import messages_settled

State = Message.State
CHUNK = 100


def sweep_messages(*, at: datetime) -> int:
    """Put right what the clock has decided; return how many messages it was.

    Taken and not given up by a sender that is gone: waits again, nothing had left.
    Given up and no answer: unknown, for a person to decide. Past its end: expired.
    """
    over = Message.objects.filter(lease_until__lt=Now())
    late = Message.objects.waiting().filter(expires_at__lte=at)
    return (
        _all(over.filter(state=State.SENDING), to=State.QUEUED, event="released", at=at)
        + _all(
            over.filter(state=State.TRANSMITTING),
            to=State.UNKNOWN,
            reason="cut_off",
            at=at,
        )
        + _all(late, to=State.EXPIRED, reason="too_late", at=at)
    )


def _all(rows: QuerySet[Message], **step: object) -> int:
    if not rows.exists():  # mostly: nothing to lock anything for
        return 0
    done = 0
    while moved := _some(rows, **step):
        done += moved
        if moved < CHUNK:
            break
    return done


@transaction.atomic
def _some(
    rows: QuerySet[Message],
    *,
    to: Message.State,
    at: datetime,
    reason: str = "",
    event: str = "",
) -> int:
    skips = connection.features.has_select_for_update_skip_locked
    locked = rows.select_for_update(no_key=True, skip_locked=skips)
    found = list(locked.order_by("pk")[:CHUNK])
    for message in found:
        message.state, message.reason = to, reason or message.reason
        message.lease_until = None
        if to != State.UNKNOWN:  # whose late answer would still be worth something
            message.owner = ""
    Message.objects.bulk_update(found, ["state", "reason", "owner", "lease_until"])
    MessageEvent.objects.bulk_create(
        MessageEvent(message=row, name=event or to, at=at, code=reason) for row in found
    )
    if found and to == State.EXPIRED:
        messages_settled.send(sender=Message, messages=found, at=at)
    return len(found)
