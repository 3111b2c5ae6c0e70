"""What reps and team leads are told of handoffs."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, User
from accounts.services.notifications import finish_notifications, notify
from sales.models import Handoff, HandoffEvent
from sales.services.assignment import who_decides


def tell(*, handoff: Handoff, event: HandoffEvent, at: datetime) -> None:
    """Put the lead into the inbox of its rep, or of who decides if it has none.

    One line per handoff: earlier ones are finished. A crossing is told once, however
    often this is called for it.
    """
    if handoff.assignee is not None:
        recipients = [handoff.assignee]
    else:
        recipients = who_decides(team=handoff.team, on=timezone.localdate(at))
    finish_notifications(kind=Notification.Kind.HANDOFF, subject_id=handoff.pk, at=at)
    for recipient in recipients:
        _tell(recipient, handoff=handoff, event=event, at=at)


def key_of(event: HandoffEvent) -> str:
    if event.crossing_id is not None:
        return f"crossing:{event.crossing_id}"
    return f"handoff-event:{event.pk}"


def _tell(
    recipient: User, *, handoff: Handoff, event: HandoffEvent, at: datetime
) -> None:
    contact, crossing = handoff.contact, event.crossing
    again = event.kind == HandoffEvent.Kind.CROSSED_AGAIN
    points = crossing.total if crossing else handoff.points
    threshold = crossing.threshold if crossing else handoff.threshold
    notify(
        recipient=recipient,
        kind=Notification.Kind.HANDOFF,
        key=key_of(event),
        subject_id=handoff.pk,
        contact_id=contact.pk,
        title=str(contact),
        subtitle=contact.company.name if contact.company else "",
        facts={
            "reasons": [] if again else handoff.reasons,
            "points": points,
            "threshold": threshold,
            "again": again,
            "is_with_nobody": handoff.assignee is None,
        },
        url=reverse("sales:detail", args=[handoff.pk]),
        points=points,
        threshold=threshold,
        due_at=handoff.accept_by if handoff.status == handoff.Status.OFFERED else None,
        at=at,
    )
