"""The steps of a message's way. Each is one short transaction; none waits for a network.

planned, queued, deferred -> sending -> transmitting -> sent | failed | deferred
                                                      | unknown
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import uniform

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Value
from django.db.models.functions import Now

from campaigns.mailing.composing import Mail
from campaigns.mailing.lines import FINAL_DOT_SECONDS
from campaigns.models.message import Message, MessageCopy, MessageEvent
from campaigns.objectors import HOURS_AND_CAP, counts_company
from campaigns.signals import messages_settled
from contacts.gate import Channel, Purpose, Reason, Touch
from contacts.models import Consent
from contacts.services.touches import (
    decide_touch,
    lock_company,
    lock_guard,
    look_again,
)
from journeys.models.interaction import Channel as InteractionChannel
from journeys.models.interaction import Kind
from journeys.services.tracking import Report, track_interactions

State = Message.State
LEASE = timedelta(seconds=60)
# Longer than whoever hands over can wait for the last answer.
HANDING_OVER = timedelta(seconds=FINAL_DOT_SECONDS + 60)
# Minutes until a mail that was put off is tried again; then it is given up.
PAUSES = (1, 5, 15, 60, 180, 360, 720, 1440)
SOURCE = "mail"
# A mail to somebody who was merged meanwhile waits so long to be the survivor's.
MERGED_AGAIN_IN = timedelta(minutes=1)


def until(span: timedelta) -> ExpressionWrapper:
    """The moment in ``span`` by the database's clock: hosts' clocks differ."""
    return ExpressionWrapper(Now() + Value(span), output_field=DateTimeField())


def touch_of(message: Message, *, at: datetime) -> Touch:
    return Touch(
        message.contact,
        Channel.EMAIL,
        Purpose(message.purpose),
        at=at,
        by=message.by,
        subject=message.key,
    )


@transaction.atomic
def give_back(message: Message, *, at: datetime, due_at: datetime, why: str) -> None:
    """It did not leave, and is nobody's any more: to be tried again from ``due_at``."""
    _move(message, State.QUEUED, at=at, due_at=due_at, detail=why, event="released")


@transaction.atomic
def refuse(message: Message, *, at: datetime) -> bool:
    """Let the gate decide under the guard; move the message if it says no.

    For one that something speaks against without the guard. True if it was refused.
    """
    found = decide_touch(touch=touch_of(message, at=at), title=message.title)
    if not found:
        transaction.set_rollback(True)
        return False
    _refused(message, found, at=at)
    return True


@transaction.atomic
def pass_point_of_no_return(message: Message, mail: Mail, *, at: datetime) -> bool:
    """Ask the gate under the contact's guard, and if it allows, give up the way back.

    True: hand it over now. False: it is not ours any more, or was refused. Whoever
    unsubscribes, claims or hands off locks the same guard, so it is before or after.
    """
    guard = lock_guard(contact_id=message.contact_id)
    contact, without = look_again(
        touch=touch_of(message, at=at),
        agrees=Consent.objects.grants(
            contact_id=message.contact_id, purpose=Consent.Purpose.EMAIL_TRACKING
        ),
    )
    if contact is None:  # gone, or merged: then it is made anew for who goes on
        _move(message, State.QUEUED, at=at, due_at=at + MERGED_AGAIN_IN, event="")
        return False
    message.contact = contact
    if contact.email != mail.recipient or (mail.is_tracked and not contact.agrees):
        # It is made anew, for the other address or without personal links.
        _move(message, State.QUEUED, at=at, due_at=at, event="")
        return False
    if message.expires_at is not None and message.expires_at <= at:
        _move(message, State.EXPIRED, at=at)
        return False
    touch = touch_of(message, at=at)
    if HOURS_AND_CAP not in without and counts_company(touch):
        lock_company(company_id=contact.company_id)
    reasons = decide_touch(
        touch=touch, title=message.title, guard=guard, without=without
    )
    if reasons:
        _refused(message, reasons, at=at)
        return False
    ours = Message.objects.filter(
        pk=message.pk, state=State.SENDING, owner=message.owner
    )
    if not ours.update(
        state=State.TRANSMITTING,
        transmitted_at=at,
        attempts=F("attempts") + 1,
        lease_until=until(HANDING_OVER),
        reason="",
        detail="",
    ):
        transaction.set_rollback(True)  # the answer that was kept, too
        return False
    message.state, message.transmitted_at = State.TRANSMITTING, at
    message.attempts += 1
    if message.attempts > 1:  # of the latest try
        MessageCopy.objects.filter(pk=message.pk).delete()
    MessageCopy.objects.create(
        message=message,
        subject=mail.rendered.subject,
        preheader=mail.rendered.preheader,
        recipient=mail.recipient,
        mail=zlib.compress(mail.as_bytes),
    )
    _note(message, State.TRANSMITTING, at=at)
    return True


@transaction.atomic
def note_sent(message: Message, *, answer: str, at: datetime) -> bool:
    """The other side has taken it. Tracked as an interaction of the contact."""
    if not _move(message, State.SENT, at=at, detail=answer):
        return False
    track_sent(message, at=at)
    return True


def track_sent(message: Message, *, at: datetime) -> None:
    report = Report(
        contact=message.contact,
        kind=Kind.EMAIL_SENT,
        source=SOURCE,
        event_id=f"sent:{message.token}",
        occurred_at=message.transmitted_at or at,
        channel=InteractionChannel.EMAIL,
        title=message.title,
        measure=message.measure,
        by=message.by,
        properties={"message": message.pk, "mail": message.kind},
    )
    track_interactions(reports=[report], at=at)


@transaction.atomic
def note_unknown(message: Message, *, why: str, at: datetime) -> None:
    """Nobody knows whether it arrived. It is not tried again until a person says so."""
    _move(
        message, State.UNKNOWN, at=at, reason="no_answer", detail=why, keep_owner=True
    )


@transaction.atomic
def note_failed(message: Message, *, reason: str, detail: str, at: datetime) -> bool:
    """It will not be sent, for sure."""
    return _move(message, State.FAILED, at=at, reason=reason, detail=detail)


@transaction.atomic
def note_deferred(message: Message, *, code: str, detail: str, at: datetime) -> bool:
    """The other side said: later. Tried again with growing pauses, then given up."""
    tries = message.events.filter(name=State.DEFERRED).count()
    if tries >= len(PAUSES):
        return note_failed(message, reason="gave_up", detail=detail, at=at)
    pause = timedelta(minutes=PAUSES[tries] * uniform(1, 1.2))
    return _move(
        message, State.DEFERRED, at=at, due_at=at + pause, reason=code, detail=detail
    )


def _refused(message: Message, reasons: Sequence[Reason], *, at: datetime) -> None:
    """Later, if all that speaks against it ends before the mail does; else never."""
    endless = [reason for reason in reasons if reason.until is None]
    if endless:
        first = endless[0]
        _move(message, State.CANCELLED, at=at, reason=first.code)
        return
    last = max(reasons, key=lambda reason: reason.until or at)
    due_at = last.until or at
    if message.expires_at is not None and due_at >= message.expires_at:
        _move(message, State.EXPIRED, at=at, reason=last.code)
    else:
        _move(
            message,
            State.QUEUED,
            at=at,
            due_at=due_at,
            reason=last.code,
            event="postponed",
        )


def _move(
    message: Message,
    state: Message.State,
    *,
    at: datetime,
    due_at: datetime | None = None,
    reason: str = "",
    detail: str = "",
    event: str | None = None,
    keep_owner: bool = False,
) -> bool:
    """Bring it into ``state`` if it is still ours; False if it is not."""
    rows = Message.objects.filter(pk=message.pk, owner=message.owner)
    # An answer that came late says for sure what nobody knew.
    rows = rows.filter(state__in=(State.SENDING, State.TRANSMITTING, State.UNKNOWN))
    changes = {"state": state, "reason": reason[:60], "detail": detail[:300]}
    if due_at is not None:
        changes["due_at"] = due_at
    if not keep_owner:
        changes |= {"owner": "", "lease_until": None}
    if not rows.update(**changes):
        return False
    for name, value in changes.items():
        setattr(message, name, value)
    if event != "":
        _note(message, event or state, at=at)
    if state in (State.SENT, State.FAILED, State.CANCELLED, State.EXPIRED):
        messages_settled.send(sender=Message, messages=[message], at=at)
    return True


def _note(message: Message, name: str, *, at: datetime) -> None:
    MessageEvent.objects.create(
        message=message, name=name, at=at, code=message.reason, detail=message.detail
    )
