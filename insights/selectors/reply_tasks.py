"""Answers of contacts that nobody has read yet."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Notification, User
from accounts.permissions import scope
from insights.selectors.tasks import SHOWN, Task


def reply_tasks(user: User, *, at: datetime) -> tuple[list[Task], int]:
    """Those in the user's inbox, the oldest first; two queries."""
    lines = scope(user, Notification, "read").in_inbox(at=at)
    rows = lines.filter(kind=Notification.Kind.REPLY)
    first = list(rows.order_by("surfaces_at", "pk")[:SHOWN])
    tasks = [
        Task(
            title=_("Read the answer of %s") % line.title,
            context=line.subtitle,
            url=reverse("accounts:inbox_item", args=[line.pk]),
            button=_("Open"),
            due_at=None,
            is_late=False,
        )
        for line in first
    ]
    return tasks, rows.count()
