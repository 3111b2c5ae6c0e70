"""Planning a mail to a contact, and taking it back while that can be done."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models.enrollment import Enrollment, run_of_key
from campaigns.models.mail_template import MailTemplate
from campaigns.models.message import (
    Message,
    MessageEvent,
    MessageFile,
    MessageQuerySet,
)
from campaigns.rendering.language import MAX_SOURCE, one_line
from campaigns.rendering.mails import Draft, check_draft
from campaigns.selectors.values import names_to_fill_in
from campaigns.services.senders import sender_for_marketing
from campaigns.signals import messages_settled
from campaigns.tasks import send_messages
from contacts.gate import Purpose
from contacts.models import Contact
from contacts.services.touches import lock_guard, lock_guards
from contacts.text import clean_text
from journeys.models import Measure
from leadhub.errors import DomainError, InvalidValue
from leadhub.queue import enqueue

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")


class TooLate(DomainError):
    """The mail has passed its point of no return."""

    code = "too_late"


@dataclass(frozen=True, slots=True)
class MailFile:
    """What goes along with a mail."""

    name: str
    content_type: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPlan:
    """One mail to be planned. What the fields mean: see ``plan_message``."""

    key: str
    contact: Contact
    purpose: Purpose
    kind: Message.Kind
    title: str
    due_at: datetime | None = None
    expires_at: datetime | None = None
    template: MailTemplate | None = None
    draft: Draft | None = None
    by: User | None = None
    context: Mapping[str, str] | None = None
    measure: Measure | None = None
    files: Sequence[MailFile] = ()


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
    files: Sequence[MailFile] = (),
) -> Message:
    """Plan one mail, to go out at ``due_at`` (now, unless told) if the gate lets it.

    ``key`` says what it is, e.g. "seq:{enrollment}:{step}": planning it again changes
    nothing and gives the first one back. The words are those of ``template`` as they
    are when it is sent, or ``draft``; ``context`` adds names that they can show. After
    ``expires_at`` it is not sent any more. ``by``: it is their own mail, in their name.

    Raises ``SenderMissing`` for marketing without a sender, and what
    ``campaigns.rendering`` has against a draft.
    """
    mail = MailPlan(
        key=key,
        contact=contact,
        purpose=purpose,
        kind=kind,
        title=title,
        due_at=due_at,
        expires_at=expires_at,
        template=template,
        draft=draft,
        by=by,
        context=context,
        measure=measure,
        files=files,
    )
    [message] = plan_messages(mails=[mail], at=at)
    return message


@transaction.atomic
def plan_messages(*, mails: Sequence[MailPlan], at: datetime) -> list[Message]:
    """``plan_message`` for many, in as many statements as for one.

    One that is refused fails all.
    """
    keys = {mail.key for mail in mails}
    known = {row.key: row for row in Message.objects.filter(key__in=keys)}
    new = {mail.key: mail for mail in mails if mail.key not in known}
    if new:
        if any(mail.purpose == Purpose.MARKETING for mail in new.values()):
            sender_for_marketing()
        rows = [_planned(mail, at=at) for mail in new.values()]
        files = {mail.key: mail.files for mail in new.values() if mail.files}
        known |= _stored(rows, files=files, at=at)
    return [known[mail.key] for mail in mails]


def _planned(mail: MailPlan, *, at: datetime) -> Message:
    if (mail.template is None) == (mail.draft is None):
        raise InvalidValue(_("Either a template or a draft."), attr="template")
    values, draft = _checked_context(mail.context or {}), mail.draft
    if draft is not None:
        draft = _checked_draft(draft, names=[*names_to_fill_in(), *values])
    due_at = mail.due_at or at
    return Message(
        key=mail.key,
        contact=mail.contact,
        purpose=mail.purpose,
        kind=mail.kind,
        title=one_line(mail.title)[:200],
        template=mail.template,
        draft=_as_json(draft) if draft else None,
        context=values,
        measure=mail.measure,
        by=mail.by,
        state=Message.State.PLANNED if due_at > at else Message.State.QUEUED,
        planned_at=at,
        due_at=due_at,
        expires_at=mail.expires_at,
        domain=mail.contact.email.rpartition("@")[2].lower(),
    )


def _stored(
    rows: Sequence[Message], *, files: Mapping[str, Sequence[MailFile]], at: datetime
) -> dict[str, Message]:
    """The messages of these keys: ours, or of whoever was faster."""
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    stored = Message.objects.in_bulk([row.key for row in rows], field_name="key")
    ours = [row for row in rows if stored[row.key].token == row.token]
    for row in ours:
        row.pk, row._state.adding = stored[row.key].pk, False
        stored[row.key] = row
    MessageEvent.objects.bulk_create(
        MessageEvent(message=row, name="planned", at=at, by=row.by) for row in ours
    )
    if files:
        MessageFile.objects.bulk_create(
            MessageFile(
                message=row,
                name=file.name,
                content_type=file.content_type,
                data=file.data,
            )
            for row in ours
            for file in files.get(row.key, ())
        )
    if any(row.due_at <= at for row in ours):
        enqueue(send_messages)
    return stored


@transaction.atomic
def cancel_messages(
    *,
    contact: Contact | None = None,
    keys_like: str | None = None,
    enrollments: Collection[Enrollment] | None = None,
    purpose: Purpose | None = None,
    reason: str,
    at: datetime,
    by: User | None = None,
) -> int:
    """Let none of these be sent any more; return how many were stopped by it.

    They are those of ``contact``, whose key starts with ``keys_like``, of these
    ``enrollments``, and for ``purpose``, together. ``reason`` is a stable code. One that
    has passed its point of no return is not among them. Sends ``messages_settled``.
    """
    rows = Message.objects.stoppable()
    if contact is not None:
        rows = rows.filter(contact=contact)
    if keys_like is not None:
        rows = rows.filter(key__startswith=keys_like)
    if enrollments is not None:
        rows = rows.filter(pk__in=_of_runs(rows, enrollments))
    if purpose is not None:
        rows = rows.filter(purpose=purpose)
    if contact is None and keys_like is None and enrollments is None:
        raise ValueError("cancel_messages needs to be told which")
    # Guards before messages: whoever is about to send one locks in this order.
    contact_ids = set(rows.values_list("contact_id", flat=True))
    if not contact_ids:
        return 0
    lock_guards(contact_ids=contact_ids)
    locked = rows.select_for_update(no_key=True).order_by("pk")
    return len(_stop(locked, reason=reason, at=at, by=by))


def _of_runs(rows: MessageQuerySet, runs: Collection[Enrollment]) -> list[int]:
    numbers = {run.pk for run in runs}
    theirs = rows.filter(contact__in={run.contact_id for run in runs})
    return [
        pk for pk, key in theirs.values_list("pk", "key") if run_of_key(key) in numbers
    ]


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
