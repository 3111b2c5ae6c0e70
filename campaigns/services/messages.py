"""Planning a mail to a contact, and taking it back while that can be done."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models.mail_template import MailTemplate
from campaigns.models.message import Message, MessageEvent
from campaigns.rendering.language import MAX_SOURCE, one_line
from campaigns.rendering.mails import Draft, check_draft
from campaigns.selectors.values import names_to_fill_in
from campaigns.services.senders import sender_for_marketing
from campaigns.signals import messages_settled
from campaigns.tasks import send_messages
from contacts.gate import Purpose
from contacts.models import Contact
from contacts.services.touches import lock_guard
from contacts.text import clean_text
from journeys.models import Measure
from leadhub.errors import DomainError, InvalidValue
from leadhub.queue import enqueue

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


class TooLate(DomainError):
    """The mail has passed its point of no return."""

    code = "too_late"


@transaction.atomic
def plan_message(
    *,
    key: str,
    contact: Contact,
    purpose: Purpose,
    kind: Message.Kind,
    title: str,
    at: datetime,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    template: MailTemplate | None = None,
    draft: Draft | None = None,
    by: User | None = None,
    context: Mapping[str, str] | None = None,
    measure: Measure | None = None,
) -> Message:
    """Plan one mail, to go out at ``due_at`` (now, unless told) if the gate lets it.

    ``key`` says what it is, e.g. "seq:{enrollment}:{step}": planning it again changes
    nothing and gives the first one back. The words are those of ``template`` as they
    are when it is sent, or ``draft``; ``context`` adds names that they can show. After
    ``expires_at`` it is not sent any more. ``by``: it is their own mail, in their name.

    Raises ``SenderMissing`` for marketing without a sender, and what
    ``campaigns.rendering`` has against a draft.
    """
    known = Message.objects.filter(key=key).first()
    if known is not None:
        return known
    if (template is None) == (draft is None):
        raise InvalidValue(_("Either a template or a draft."), attr="template")
    if purpose == Purpose.MARKETING:
        sender_for_marketing()
    values = _checked_context(context or {})
    if draft is not None:
        draft = _checked_draft(draft, names=[*names_to_fill_in(), *values])
    due_at = due_at or at
    message = Message(
        key=key,
        contact=contact,
        purpose=purpose,
        kind=kind,
        title=one_line(title)[:200],
        template=template,
        draft=_as_json(draft) if draft else None,
        context=values,
        measure=measure,
        by=by,
        state=Message.State.PLANNED if due_at > at else Message.State.QUEUED,
        planned_at=at,
        due_at=due_at,
        expires_at=expires_at,
        domain=contact.email.rpartition("@")[2].lower(),
    )
    try:
        with transaction.atomic():
            message.save(force_insert=True)
    except IntegrityError:
        return Message.objects.get(key=key)
    MessageEvent.objects.create(message=message, name="planned", at=at, by=by)
    if due_at <= at:
        enqueue(send_messages)
    return message


@transaction.atomic
def cancel_messages(
    *,
    contact: Contact | None = None,
    keys_like: str | None = None,
    enrollment: Any = None,
    purpose: Purpose | None = None,
    reason: str,
    at: datetime,
    by: User | None = None,
) -> int:
    """Let none of these be sent any more; return how many were stopped by it.

    They are those of ``contact``, whose key starts with ``keys_like``, of
    ``enrollment`` (or its number), and for ``purpose``, together. ``reason`` is a stable code. One that has
    passed its point of no return is not among them. Sends ``messages_settled``.
    """
    rows = Message.objects.stoppable()
    if contact is not None:
        rows = rows.filter(contact=contact)
    if keys_like is not None:
        rows = rows.filter(key__startswith=keys_like)
    if enrollment is not None:
        number = getattr(enrollment, "pk", enrollment)
        rows = rows.filter(key__startswith=f"seq:{number}:")
    if purpose is not None:
        rows = rows.filter(purpose=purpose)
    if contact is None and keys_like is None and enrollment is None:
        raise ValueError("cancel_messages needs to be told which")
    # Guards before messages: whoever is about to send one locks in this order.
    for contact_id in sorted(set(rows.values_list("contact_id", flat=True))):
        lock_guard(contact_id=contact_id)
    locked = rows.select_for_update(no_key=True).order_by("pk")
    return len(_stop(locked, reason=reason, at=at, by=by))


@transaction.atomic
def cancel_message(*, message: Message, by: User, at: datetime) -> Message:
    """Take one mail back. Again is harmless. Raises ``TooLate``."""
    lock_guard(contact_id=message.contact_id)
    rows = Message.objects.select_for_update(no_key=True).filter(pk=message.pk)
    _stop(rows.stoppable(), reason="by_hand", at=at, by=by)
    message.refresh_from_db()
    if message.state != Message.State.CANCELLED:
        raise TooLate(_("This mail has left already, or has come to its end."))
    return message


def _stop(
    rows: Iterable[Message], *, reason: str, at: datetime, by: User | None
) -> list[Message]:
    stopped = list(rows)
    for message in stopped:
        message.state, message.reason = Message.State.CANCELLED, reason
        message.owner, message.lease_until = "", None
    Message.objects.bulk_update(stopped, ["state", "reason", "owner", "lease_until"])
    MessageEvent.objects.bulk_create(
        MessageEvent(message=row, name=row.state, at=at, by=by, code=reason)
        for row in stopped
    )
    if stopped:
        messages_settled.send(sender=Message, messages=stopped, at=at)
    return stopped


def _checked_context(context: Mapping[str, str]) -> dict[str, str]:
    for name, value in context.items():
        if not NAME.fullmatch(name) or not isinstance(value, str):
            sentence = _("Names are like download_url, values are texts.")
            raise InvalidValue(sentence, attr="context")
    return {name: one_line(value)[:2000] for name, value in context.items()}


def _checked_draft(draft: Draft, *, names: Iterable[str]) -> Draft:
    cleaned = Draft(
        subject=clean_text(draft.subject, attr="subject", max_length=200),
        body=clean_text(draft.body, attr="body", max_length=MAX_SOURCE, multiline=True),
        preheader=clean_text(draft.preheader, attr="preheader", max_length=200),
    )
    check_draft(cleaned, names=names)
    return cleaned


def _as_json(draft: Draft) -> dict[str, str]:
    return {
        "subject": draft.subject,
        "body": draft.body,
        "preheader": draft.preheader,
    }
