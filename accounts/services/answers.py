"""What people do with the lines of their inboxes: read them, and put them away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import Notification
from accounts.signals import lines_answered


@transaction.atomic
def read_notification(*, notification: Notification, at: datetime) -> Notification:
    """Note that its owner has opened it. The first time counts."""
    rows = Notification.objects.filter(pk=notification.pk)
    rows.filter(read_at=None).update(read_at=at)
    return rows.get()


@transaction.atomic
def unread_notification(*, notification: Notification) -> Notification:
    """Let it look new again."""
    rows = Notification.objects.filter(pk=notification.pk)
    rows.update(read_at=None)
    return rows.get()


@transaction.atomic
def finish_notification(*, notification: Notification, at: datetime) -> Notification:
    """Put it with what is done; tasks that it is about are done with it."""
    rows = Notification.objects.filter(pk=notification.pk)
    finish_lines(lines=rows, at=at)
    return rows.get()


@transaction.atomic
def finish_lines(*, lines: QuerySet[Notification], at: datetime) -> int:
    """Put all of these with what is done; return how many were not."""
    rows = locked_lines(lines.filter(done_at=None))
    for row in rows:
        row.done_at, row.mail_due_at = at, None
    Notification.objects.bulk_update(rows, ["done_at", "mail_due_at"])
    tell_answered(rows, "done", at=at)
    return len(rows)


@transaction.atomic
def reopen_notification(*, notification: Notification, at: datetime) -> Notification:
    """Put it back where it was in the inbox, from what is done or snoozed."""
    [row] = locked_lines(Notification.objects.filter(pk=notification.pk))
    row.done_at = None
    waits = row.wait_for_nothing()
    if row.surfaces_at > at:
        row.surfaces_at = row.created_at
    row.save(update_fields=["done_at", "surfaces_at", *waits])
    tell_answered([row], "reopened", at=at)
    return Notification.objects.get(pk=row.pk)


def locked_lines(lines: QuerySet[Notification]) -> list[Notification]:
    """In one order, so that two who answer many do not wait in a circle."""
    return list(lines.select_for_update(no_key=True, of=("self",)).order_by("pk"))


def tell_answered(rows: Sequence[Notification], answer: str, *, at: datetime) -> None:
    """Tell the apps that the lines are about."""
    if rows:
        lines_answered.send(sender=Notification, lines=list(rows), answer=answer, at=at)
