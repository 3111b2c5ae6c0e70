"""Lines in inboxes that say something new in the place where they stand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import Notification, User
from accounts.tasks import mail_notifications
from leadhub.queue import enqueue


@transaction.atomic
def renew_notification(
    *,
    recipient: User,
    kind: str,
    subject_id: int,
    facts: dict[str, Any],
    due_at: datetime | None,
    at: datetime,
) -> Notification | None:
    """Let the recipient's line about the subject say this; None if there is none.

    It comes to the top of the inbox unread, also from what was snoozed or done, and is
    mailed once more. ``facts`` are added to those it has.
    """
    rows = Notification.objects.select_for_update(no_key=True)
    rows = rows.filter(recipient=recipient, kind=kind, subject_id=subject_id)
    line = rows.order_by("-created_at", "-pk").first()
    if line is None:
        return None
    line.facts = {**line.facts, **facts}
    line.due_at, line.surfaces_at = due_at, at
    line.read_at = line.done_at = None
    waits = line.wait_for_nothing()
    line.mail_due_at = at if recipient.wants_mail else None
    line.mail_attempts = 0
    line.save(
        update_fields=[
            "facts",
            "due_at",
            "surfaces_at",
            *waits,
            "read_at",
            "done_at",
            "mail_due_at",
            "mail_attempts",
        ]
    )
    if line.mail_due_at:
        enqueue(mail_notifications)
    return line
