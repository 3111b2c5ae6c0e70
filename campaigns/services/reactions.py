"""What refusals, bounces and complaints mean for the next mails to an address."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from campaigns.mailing.lines import Refused
from campaigns.models.message import Message, MessageEvent
from campaigns.services.steps import SOURCE, note_deferred, note_failed
from contacts.models import Suppression
from contacts.services.consents import suppress_address
from contacts.services.touches import lock_guard

SOFT_SPAN = timedelta(days=14)
SOFT_MOST = 5
# Subjects of RFC 3463 that are about the address or its mailbox: 5.0.0, 5.1.x, 5.2.x.
ABOUT_THE_ADDRESS = (0, 1, 2)
MAILBOX_FULL = (2, 2)
# A message's event: it came back, or not yet through, for reasons that pass.
DELAYED = "delayed"


@transaction.atomic
def note_refusal(message: Message, refused: Refused, *, at: datetime) -> None:
    """The other side refused the mail: for good, or for now.

    For good at its recipient, or naming the address or mailbox as the reason: the
    address is not written to again. What is said about us or about the words (5.7.1:
    looks like spam) is the mail's failure and not the address's. Five times "later" to
    one contact within 14 days: nothing is sent there for the next 14.
    """
    lock_guard(contact_id=message.contact_id)  # before the message, as everywhere
    is_about_us = refused.step == "mail"
    if refused.is_final:
        failed = note_failed(
            message, reason=str(refused.code), detail=refused.text, at=at
        )
        if failed and not is_about_us and is_about_address(refused):
            _suppress(message, Suppression.Reason.BOUNCED, refused.text, at=at)
        return
    deferred = note_deferred(
        message, code=str(refused.code), detail=refused.text, at=at
    )
    if deferred and not is_about_us:
        suspend_if_often(message, refused.text, at=at)


def is_about_address(refused: Refused) -> bool:
    if refused.enhanced is None:
        return refused.step == "rcpt"
    _class, subject, detail = refused.enhanced
    return subject in ABOUT_THE_ADDRESS and (subject, detail) != MAILBOX_FULL


def is_passing(refused: Refused) -> bool:
    """True if the same mail may get through another day."""
    if refused.enhanced is not None and refused.enhanced[1:] == MAILBOX_FULL:
        return True
    return not refused.is_final and (refused.enhanced is not None or refused.code > 0)


def suspend_if_often(message: Message, detail: str, *, at: datetime) -> None:
    """The fifth "later" from a contact within 14 days ends mails there for 14 days."""
    lately = MessageEvent.objects.filter(
        message__contact=message.contact_id,
        name__in=(Message.State.DEFERRED, DELAYED),
        at__gt=at - SOFT_SPAN,
    )
    if lately.count() >= SOFT_MOST:
        until = at + SOFT_SPAN
        _suppress(message, Suppression.Reason.SUSPENDED, detail, at=at, until=until)


def _suppress(
    message: Message,
    reason: Suppression.Reason,
    detail: str,
    *,
    at: datetime,
    until: datetime | None = None,
) -> None:
    suppress_address(
        address=message.contact.email,
        reason=reason,
        source=SOURCE,
        at=at,
        until=until,
        contact=message.contact,
        detail=detail,
    )
