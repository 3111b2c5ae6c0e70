"""What a mail provider reports of a mail that it has taken."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.db import transaction

from campaigns.mailing.lines import Refused
from campaigns.models.message import Message, MessageCopy, MessageEvent
from campaigns.selectors.consent import agrees_to_tracking
from campaigns.services.deciding import decide_unknown
from campaigns.services.reactions import (
    DELAYED,
    is_about_address,
    is_passing,
    suspend_if_often,
)
from campaigns.services.steps import SOURCE
from contacts.models import Consent, Suppression
from contacts.services.consents import record_consents, suppress_address
from contacts.services.touches import lock_guard
from journeys.machines import Signs, why_machine
from journeys.models.interaction import Channel, Kind
from journeys.services.tracking import Report, track_interactions

# What says that the mail has left the provider.
SAYS_SENT = {
    "sent",
    "delivered",
    "deferred",
    "bounced",
    "complained",
    "unsubscribed",
    "opened",
    "clicked",
    "replied",
    "autoresponded",
}
# Reasons of providers that are about the address.
DEAD = {"invalid", "bounced", "timed_out"}
_CODE = re.compile(r"\b([45]\d\d)\b")


@dataclass(frozen=True, slots=True)
class MailReport:
    """One report, in anymail's words. ``token`` is the message's.

    ``what`` may also be "replied", with the answer's ``key``, or "suspected": it seems to
    have come back, and whoever says so need not know the mail.
    """

    token: str
    what: str
    at: datetime
    reason: str = ""
    answer: str = ""
    url: str = ""
    user_agent: str = ""
    key: str = ""
    # Of an answer.
    subject: str = ""
    words: str = ""


@transaction.atomic
def note_report(report: MailReport, *, at: datetime) -> Message | None:
    """Take in what became of a mail. Repeats change nothing; None: no mail of ours.

    A mail that came back because of its address suppresses the address, a complaint is
    an objection, and what an auto-reply says is nothing. Opens and clicks count for who
    agreed to it. A mail of which nobody knew is known to have left.
    """
    found = Message.objects.select_related("contact", "measure", "by")
    message = found.filter(token=report.token).first() if report.token else None
    if message is None:
        return None
    lock_guard(contact_id=message.contact_id)
    if report.what in SAYS_SENT and message.state == Message.State.UNKNOWN:
        message = decide_unknown(message=message, arrived=True, by=None, at=at)
    if report.what in ("bounced", "rejected", "failed"):
        _came_back(message, report, at=at)
    elif report.what == "complained":
        _complained(message, report, at=at)
    elif report.what == "unsubscribed":
        _withdraw(message, "unsubscribed at provider", at=at)
    elif report.what in ("deferred", "suspected"):
        _count_delay(message, report, at=at)
    elif report.what == "replied":
        _track(message, Kind.EMAIL_REPLY, f"reply:{report.key}", report, at=at)
    elif report.what == "delivered":
        _note_once(message, "delivered", report, at=at)
    elif report.what in ("opened", "clicked") and agrees_to_tracking(message.contact):
        _track_reading(message, report, at=at)
    return message


def _came_back(message: Message, report: MailReport, *, at: datetime) -> None:
    name = "bounced" if report.what == "bounced" else "rejected"
    if not _note_once(message, name, report, at=at):
        return
    Message.objects.filter(pk=message.pk).update(
        reason=name, detail=report.answer[:300]
    )
    if report.reason == "spam":
        _complained(message, report, at=at)
        return
    code = _CODE.search(report.answer)
    refused = Refused("rcpt", int(code[1]) if code else 0, report.answer)
    if refused.enhanced:  # which says more than the number beside it
        refused.code = 100 * refused.enhanced[0]
    is_dead = report.reason in DEAD
    if refused.enhanced or code:
        is_dead = refused.is_final and is_about_address(refused)
    # Where it went, which need not be the contact's address any more.
    copy = MessageCopy.objects.filter(message=message).first()
    address = copy.recipient if copy else message.contact.email
    if is_dead:
        suppress_address(
            address=address,
            reason=Suppression.Reason.BOUNCED,
            source=SOURCE,
            at=at,
            contact=message.contact,
            detail=report.answer,
        )
    elif is_passing(refused):
        _count_delay(message, report, at=at)
    if address == message.contact.email:
        _track(message, Kind.EMAIL_BOUNCE, f"bounce:{message.token}", report, at=at)


def _count_delay(message: Message, report: MailReport, *, at: datetime) -> None:
    if _note_once(message, DELAYED, report, at=at):
        suspend_if_often(message, report.answer, at=at)


def _complained(message: Message, report: MailReport, *, at: datetime) -> None:
    """An objection: no mail follows, whoever's, but what the person asks for."""
    if not _note_once(message, "complained", report, at=at):
        return
    suppress_address(
        address=message.contact.email,
        reason=Suppression.Reason.COMPLAINT,
        source=SOURCE,
        at=at,
        contact=message.contact,
        detail=report.answer,
    )
    _withdraw(message, "complaint", at=at)


def _withdraw(message: Message, source: str, *, at: datetime) -> None:
    record_consents(
        contact=message.contact,
        decisions={Consent.Purpose.EMAIL_MARKETING: False},
        source=source,
        proof={"message": message.pk},
        at=at,
    )


def _track_reading(message: Message, report: MailReport, *, at: datetime) -> None:
    signs = Signs(
        at=report.at,
        user_agent=report.user_agent,
        is_image=report.what == "opened",
        accepted_at=message.transmitted_at,
    )
    machine = why_machine(signs)
    if report.what == "opened":
        kind, event_id = Kind.EMAIL_OPEN, f"open:{message.token}"
    else:
        target = sha256(report.url.encode()).hexdigest()[:16]
        kind, event_id = Kind.EMAIL_CLICK, f"click:{message.token}:{target}"
    event_id += ":machine" if machine else ""
    _track(message, kind, event_id, report, at=at, machine=machine)


def _track(
    message: Message,
    kind: str,
    event_id: str,
    report: MailReport,
    *,
    at: datetime,
    machine: str = "",
) -> None:
    words = {"text": report.words} if report.words else {}
    row = Report(
        contact=message.contact,
        kind=kind,
        source=SOURCE,
        event_id=event_id,
        occurred_at=min(report.at, at),
        channel=Channel.EMAIL,
        title=report.subject or message.title,
        url=report.url[:2000],
        measure=message.measure,
        properties={"message": message.pk, **words},
        is_machine=bool(machine),
        machine_reason=machine,
    )
    track_interactions(reports=[row], at=at)


def _note_once(
    message: Message, name: str, report: MailReport, *, at: datetime
) -> bool:
    """Keep it as an event of the message; False if it is known already."""
    if message.events.filter(name=name).exists():
        return False
    detail = (report.answer or report.reason)[:300]
    MessageEvent.objects.create(message=message, name=name, at=at, detail=detail)
    return True
