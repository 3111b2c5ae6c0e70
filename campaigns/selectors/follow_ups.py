"""Whom a mail follows after an event, and whom not, with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from campaigns.models.event import AttendanceEntry, Event
from campaigns.models.message import Message
from campaigns.wording import reason_text
from contacts.gate import Reason


@dataclass(frozen=True, slots=True)
class Line:
    """An entry with the mail that follows, if one is planned, and why not, if not."""

    entry: AttendanceEntry
    mail: Message | None
    why: str


def lines_of(
    event: Event, entries: Sequence[AttendanceEntry], *, mails: QuerySet[Message]
) -> list[Line]:
    """One line an entry, in their order. One query."""
    keys = {entry.pk: f"event:{event.pk}:{entry.contact_id}:" for entry in entries}
    found = {mail.key: mail for mail in mails.filter(key__in=keys.values())}
    lines = []
    for entry in entries:
        planned = entry.follow_up == AttendanceEntry.FollowUp.PLANNED
        mail = found.get(keys[entry.pk]) if planned else None
        why = Reason.from_json(entry.reason).detail if entry.reason else ""
        if mail is not None and mail.reason:
            why = reason_text(mail.reason, mail.detail)
        lines.append(Line(entry, mail, why))
    return lines
