"""What the reps of the demo have done with lines of their inboxes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from accounts.models import Notification, User
from accounts.services.assigning import assign_line
from accounts.services.snoozes import snooze_notification
from sales.models import Handoff
from sales.services.talks import log_talk

QUESTION = "@rep2 They would like a second appointment. Can you take it?"


def tidy_inboxes(users: Mapping[str, User], *, at: datetime) -> None:
    """Let an answer wait for the next one, and a colleague's question be handed over."""
    answers = Notification.objects.filter(
        recipient=users["rep"], kind=Notification.Kind.REPLY
    )
    answer = answers.in_inbox(at=at).order_by("surfaces_at", "pk").first()
    if answer is not None:
        snooze_notification(notification=answer, event=Notification.Event.REPLY, at=at)
    asked_at = at - timedelta(hours=2)
    for question in _ask(users, at=asked_at):
        assign_line(notification=question, to=users["rep"], by=users["rep2"], at=at)


def _ask(users: Mapping[str, User], *, at: datetime) -> list[Notification]:
    """Let the team lead ask ``rep2`` about the lead they took on last."""
    taken = Handoff.objects.filter(
        status=Handoff.Status.ACCEPTED, assignee=users["rep2"], accepted_at__lt=at
    )
    latest = taken.order_by("-accepted_at", "-pk").select_related("contact").first()
    if latest is None:
        return []
    note = {"kind": "note", "text": QUESTION, "by": users["lead"]}
    log_talk(contact=latest.contact, at=at, **note)
    mentions = Notification.objects.filter(kind=Notification.Kind.MENTION)
    return list(mentions.filter(recipient=users["rep2"]))
