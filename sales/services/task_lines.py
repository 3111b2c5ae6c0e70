"""One line in the inbox for all that somebody is to do about a contact."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from accounts.models import Notification, User
from accounts.services.notifications import Line, finish_notifications, renew_line
from contacts.models import Contact
from sales.models import Task

NAMED = 5


def key_of(contact_id: int) -> str:
    """Of the line with all tasks. Sequences send lines of this kind, too."""
    return f"tasks:{contact_id}"


def names_tasks(line: Notification) -> bool:
    return line.key == key_of(line.subject_id)


def renew_task_line(*, contact: Contact, assignee: User, at: datetime) -> None:
    """Let it say what is open, and surface when the first of it is due."""
    rows = Task.objects.open().filter(contact=contact, assignee=assignee)
    tasks = list(rows.in_order()[: NAMED + 1])
    if not tasks or not assignee.is_active:
        finish_notifications(
            kind=Notification.Kind.TASK,
            subject_id=contact.pk,
            recipient=assignee,
            key=key_of(contact.pk),
            at=at,
        )
        return
    facts = [{"kind": task.kind, "text": task.text} for task in tasks[:NAMED]]
    line = Line(
        recipient=assignee,
        kind=Notification.Kind.TASK,
        key=key_of(contact.pk),
        subject_id=contact.pk,
        contact_id=contact.pk,
        title=str(contact),
        subtitle=contact.company.name if contact.company else "",
        facts={"tasks": facts, "has_more": len(tasks) > NAMED},
        url=reverse("contacts:detail", args=[contact.pk]),
        due_at=tasks[0].due_at,
    )
    renew_line(line=line, at=at, surfaces_at=tasks[0].due_at)
