"""Answers of contacts: told to the rep who is to read them, once each.

An answer leaves a mark in the transaction that stores it, and nothing else: what tracks
must not wait for people's inboxes. A run takes the marks one by one.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any
from unicodedata import category

from django.db import connection, transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, User
from accounts.permissions import scope
from accounts.services.notifications import Line, renew_line
from accounts.services.snoozes import wake_lines
from accounts.waiting import Wait
from contacts.models import Contact
from contacts.services.touches import lock_whoever_goes_on
from journeys.models import Interaction
from journeys.models.interaction import Kind
from sales.models import Handoff, ReplyMark
from sales.selectors.deciding import who_decides
from sales.services.assignment import responsible_for

logger = logging.getLogger(__name__)

REPLY = Notification.Event.REPLY
# What is reported later than that is history that somebody brings in, and no news. Mail
# servers try as long.
NEWS = timedelta(days=7)
SHOWN = 200
# Where sources put what was written, the first that is there.
WORDS = ("text", "words", "body", "note")


def begin_waiting(contact_ids: Collection[int], at: datetime) -> dict[int, Wait]:
    """Anybody may answer, whom we know."""
    known = Contact.objects.filter(pk__in=contact_ids)
    return dict.fromkeys(known.values_list("pk", flat=True).order_by(), Wait())


def mark_replies(*, interactions: Sequence[Interaction], at: datetime) -> int:
    """Note which of these are answers of people; say how many.

    Within the transaction that stores them.
    """
    marks = [
        ReplyMark(contact_id=row.contact_id, interaction_id=row.pk, at=at)
        for row in interactions
        if row.kind == Kind.EMAIL_REPLY
        and row.contact_id is not None
        and not row.is_machine
        and row.occurred_at > at - NEWS
    ]
    if marks:
        ReplyMark.objects.bulk_create(marks)
    return len(marks)


def tell_replies(*, at: datetime) -> int:
    """Tell of all answers that are marked; return of how many.

    Each in a transaction of its own: one that fails is tried again, ten times, and holds
    nobody up. Safe to repeat, and in two workers at once.
    """
    count = 0
    for pk in ReplyMark.objects.to_do().values_list("pk", flat=True):
        try:
            count += _tell(pk, at=at)
        except Exception:
            logger.exception("Nobody was told of the answer of mark %s.", pk)
            ReplyMark.objects.filter(pk=pk).update(attempts=F("attempts") + 1)
    return count


@transaction.atomic
def _tell(pk: int, *, at: datetime) -> bool:
    skips = connection.features.has_select_for_update_skip_locked
    rows = ReplyMark.objects.select_for_update(
        no_key=True, of=("self",), skip_locked=skips
    )
    mark = rows.select_related("contact").filter(pk=pk).first()
    if mark is None:  # another run has it
        return False
    contact = lock_whoever_goes_on(mark.contact)
    answer = Interaction.objects.filter(pk=mark.interaction_id).first()
    if answer is not None:
        wake_lines(contact_ids=[contact.pk], event=REPLY, at=at)
        for recipient in who_reads(contact, at=at):
            renew_line(line=_line(recipient, contact, answer), at=at, surfaces_at=at)
    mark.delete()
    return answer is not None


def who_reads(contact: Contact, *, at: datetime) -> list[User]:
    """Who is told of an answer: the owner, else who has the open handoff, else whose the
    contact would be; those who decide, if it is nobody's. Only who may see the contact.
    """
    handoff = Handoff.objects.open().filter(contact=contact).select_related("assignee")
    known = [contact.owner, *(row.assignee for row in handoff)]
    for user in known:
        if user is not None and _may_read(user, contact):
            return [user]
    chosen = responsible_for(contact=contact, at=at)
    if chosen.assignee is not None:
        return [chosen.assignee]
    deciding = who_decides(team=chosen.team, on=timezone.localdate(at))
    return [user for user in deciding if _may_read(user, contact)]


def _may_read(user: User, contact: Contact) -> bool:
    rows = scope(user, Contact, "read").filter(pk=contact.pk)
    return user.is_active and rows.exists()


def _line(recipient: User, contact: Contact, answer: Interaction) -> Line:
    said: dict[str, Any] = answer.properties or {}
    words = next((said[name] for name in WORDS if said.get(name)), "")
    return Line(
        recipient=recipient,
        kind=Notification.Kind.REPLY,
        key=f"reply:{contact.pk}",
        subject_id=contact.pk,
        contact_id=contact.pk,
        title=str(contact),
        subtitle=contact.company.name if contact.company else "",
        facts={"subject": _shown(answer.title), "words": _shown(words)},
        url=reverse("contacts:detail", args=[contact.pk]),
    )


def _shown(text: Any) -> str:
    """On one line, without what no text has: whoever answers may write anything."""
    if not isinstance(text, str):
        return ""
    # Far fewer letters are shown; what cleaning takes is bounded.
    letters = text[: 10 * SHOWN]
    clean = "".join(" " if category(one)[0] == "C" else one for one in letters)
    words = " ".join(clean.split())
    return words if len(words) <= SHOWN else words[: SHOWN - 1].rstrip() + "…"
