"""What a monitoring system is told about mails."""

from __future__ import annotations

from django.utils import timezone

from campaigns.models.message import Message
from leadhub.metrics import figure


def unknown_mails() -> float:
    return Message.objects.filter(state=Message.State.UNKNOWN).count()


def oldest_due_mail() -> float:
    """Seconds for which the oldest mail that is due has waited."""
    now = timezone.now()
    due = Message.objects.due(at=now).order_by("due_at", "pk")
    oldest = due.values_list("due_at", flat=True).first()
    return (now - oldest).total_seconds() if oldest else 0.0


def register_figures() -> None:
    figure(
        "leadhub_mails_unknown",
        "Mails of which nobody knows whether they arrived; a person decides.",
        unknown_mails,
    )
    figure(
        "leadhub_oldest_due_mail_seconds",
        "How long the oldest mail that is due has waited.",
        oldest_due_mail,
    )
