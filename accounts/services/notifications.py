"""Lines in inboxes: sending them, and taking them out again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Notification, User
from accounts.models.notification import WAITS
from accounts.tasks import mail_notifications
from leadhub.queue import enqueue


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What stands in somebody's inbox; see ``notify``."""

    recipient: User
    kind: str
    key: str
    subject_id: int
    title: str
    subtitle: str = ""
    detail: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    url: str = ""
    contact_id: int | None = None
    points: float | None = None
    threshold: float | None = None
    due_at: datetime | None = None

    def columns(self, *, at: datetime) -> dict[str, Any]:
        """All but recipient and key."""
        return {
            "kind": self.kind,
            "subject_id": self.subject_id,
            "contact_id": self.contact_id,
            "title": self.title[:200],
            "subtitle": self.subtitle[:200],
            "facts": self.facts,
            "text": self.detail,
            "url": self.url,
            "points": self.points,
            "threshold": self.threshold,
            "due_at": self.due_at,
            "created_at": at,
            "surfaces_at": at,
            "waits_for": "",
            "waits_points": None,
            "waits_until": None,
            "snoozed_at": None,
            "mail_due_at": at if self.recipient.wants_mail else None,
        }


@transaction.atomic
def notify_each(*, lines: Sequence[Line], at: datetime) -> None:
    """``notify`` for each, in as many statements for many as for one."""
    Notification.objects.bulk_create(
        [
            Notification(recipient=line.recipient, key=line.key, **line.columns(at=at))
            for line in lines
        ],
        ignore_conflicts=True,
    )
    if any(line.recipient.wants_mail for line in lines):
        enqueue(mail_notifications)


@transaction.atomic
def notify(
    *,
    recipient: User,
    kind: str,
    key: str,
    subject_id: int,
    title: str,
    at: datetime,
    subtitle: str = "",
    detail: str = "",
    facts: dict[str, Any] | None = None,
    url: str = "",
    contact_id: int | None = None,
    points: float | None = None,
    threshold: float | None = None,
    due_at: datetime | None = None,
) -> Notification:
    """Put a line into ``recipient``'s inbox; a mail follows if they want one.

    ``key`` says what it is about: the second one with the key of a first gets the
    first. ``detail`` is a sentence in the recipient's language (see ``language_of``);
    better are ``facts``, of which ``accounts.wording`` makes one whenever it is read.
    """
    line = Line(
        recipient=recipient,
        kind=kind,
        key=key,
        subject_id=subject_id,
        title=title,
        subtitle=subtitle,
        detail=detail,
        facts=facts or {},
        url=url,
        contact_id=contact_id,
        points=points,
        threshold=threshold,
        due_at=due_at,
    )
    notification, is_new = Notification.objects.get_or_create(
        recipient=recipient, key=key, defaults=line.columns(at=at)
    )
    if is_new and notification.mail_due_at:
        enqueue(mail_notifications)
    return notification


@transaction.atomic
def renew_line(*, line: Line, at: datetime, surfaces_at: datetime) -> Notification:
    """Bring the line with this key up to date in place; put it in if there is none.

    It surfaces at ``surfaces_at``, unread, and goes out by mail then if ``recipient``
    wants that; where it has surfaced at that moment already it stays as it is read.
    """
    rows = Notification.objects.select_for_update(no_key=True)
    key = {"recipient": line.recipient, "key": line.key}
    known = rows.filter(**key).first() or _renamed(line)
    columns = line.columns(at=at) | {"surfaces_at": surfaces_at}
    if columns["mail_due_at"]:
        columns["mail_due_at"] = surfaces_at
    if known is not None and known.surfaces_at == surfaces_at and not known.done_at:
        # What it says has changed, not when.
        for name in ("created_at", "mail_due_at", *WAITS):
            del columns[name]
    else:
        columns |= {"read_at": None, "done_at": None}
        columns |= {"mailed_at": None, "mail_attempts": 0}
    row, _is_new = Notification.objects.update_or_create(**key, defaults=columns)
    if columns.get("mail_due_at") and surfaces_at <= at:
        enqueue(mail_notifications)
    return row


def _renamed(line: Line) -> Notification | None:
    """The open line of this kind about the contact, which now has the line's key.

    It has the name of another contact if that was merged into this one.
    """
    if line.contact_id is None:
        return None
    rows = Notification.objects.select_for_update(no_key=True).filter(
        recipient=line.recipient,
        kind=line.kind,
        contact_id=line.contact_id,
        done_at=None,
    )
    known = rows.order_by("pk").first()
    if known is not None:
        known.key = line.key
        known.save(update_fields=["key"])
    return known


@transaction.atomic
def finish_notifications(
    *,
    kind: str,
    subject_id: int,
    at: datetime,
    keep: Notification | None = None,
    recipient: User | None = None,
    key: str = "",
) -> int:
    """Take the lines about a subject out of all inboxes, but ``keep``; return how many.

    Out of ``recipient``'s alone, if there is one; those with ``key`` only, if it is
    given. What has not gone out by mail yet does not go out any more.
    """
    lines = Notification.objects.filter(
        kind=kind, subject_id=subject_id, done_at=None
    ).order_by()
    if recipient is not None:
        lines = lines.filter(recipient=recipient)
    if key:
        lines = lines.filter(key=key)
    if keep is not None:
        lines = lines.exclude(pk=keep.pk)
    return lines.update(done_at=at, mail_due_at=None)
