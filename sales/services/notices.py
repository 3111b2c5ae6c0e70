"""What reps and team leads are told of handoffs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from accounts.models import Notification, User
from accounts.services.notifications import finish_notifications, notify
from accounts.services.renewing import renew_notification
from sales.models import Handoff, HandoffEvent
from sales.selectors.deciding import who_decides


def tell(*, handoff: Handoff, event: HandoffEvent, at: datetime) -> None:
    """Put the lead into the inbox of its rep, or of who decides if it has none.

    One line per handoff: earlier ones are finished. A crossing is told once, however
    often this is called for it.
    """
    finish_notifications(kind=Notification.Kind.HANDOFF, subject_id=handoff.pk, at=at)
    for recipient in _who_has(handoff, at=at):
        _tell(recipient, handoff=handoff, event=event, at=at)


def remind(
    handoff: Handoff, *, step: str, due_at: datetime | None, at: datetime
) -> None:
    """Let the line of who has it say so, in its place (a key of sentences.STEPS)."""
    for recipient in _who_has(handoff, at=at):
        # Who has accepted it has nothing to accept.
        facts = {"step": step, "only_told": not _is_offered(handoff)}
        facts["is_late"] = handoff.missed_at is not None
        _renew(recipient, handoff=handoff, facts=facts, due_at=due_at, at=at)


def tell_who_leads(
    handoff: Handoff,
    *,
    step: str,
    at: datetime,
    due_at: datetime | None = None,
    before: User | None = None,
) -> None:
    """Tell it to who leads, in one line for each handoff, but not of their own."""
    facts = {
        "step": step,
        "only_told": True,
        "is_late": handoff.missed_at is not None,
        "rep": str(handoff.assignee or ""),
        "before": str(before or ""),
    }
    today = timezone.localdate(at)
    for recipient in who_decides(team=handoff.team, on=today):
        if recipient != handoff.assignee:
            _renew(recipient, handoff=handoff, facts=facts, due_at=due_at, at=at)


def _who_has(handoff: Handoff, *, at: datetime) -> list[User]:
    if handoff.assignee is not None:
        return [handoff.assignee]
    return who_decides(team=handoff.team, on=timezone.localdate(at))


def _is_offered(handoff: Handoff) -> bool:
    return handoff.status == handoff.Status.OFFERED


def _renew(
    recipient: User,
    *,
    handoff: Handoff,
    facts: dict[str, Any],
    due_at: datetime | None,
    at: datetime,
) -> None:
    kind = Notification.Kind.HANDOFF
    if not renew_notification(
        recipient=recipient,
        kind=kind,
        subject_id=handoff.pk,
        facts=facts,
        due_at=due_at,
        at=at,
    ):
        _notify(
            recipient,
            handoff=handoff,
            key=f"handoff-watch:{handoff.pk}",
            facts=facts,
            due_at=due_at,
            at=at,
        )


def key_of(event: HandoffEvent) -> str:
    if event.crossing_id is not None:
        return f"crossing:{event.crossing_id}"
    return f"handoff-event:{event.pk}"


def _tell(
    recipient: User, *, handoff: Handoff, event: HandoffEvent, at: datetime
) -> None:
    crossing = event.crossing
    again = event.kind == HandoffEvent.Kind.CROSSED_AGAIN
    facts: dict[str, Any] = {"again": again}
    if again:
        facts["reasons"] = []
    if event.kind == HandoffEvent.Kind.HURRIED:
        facts |= {"step": "hurried", "what": event.note}
    if crossing is not None:
        facts |= {"points": crossing.total, "threshold": crossing.threshold}
    _notify(
        recipient,
        handoff=handoff,
        key=key_of(event),
        facts=facts,
        due_at=handoff.accept_by if _is_offered(handoff) else None,
        at=at,
    )


def _notify(
    recipient: User,
    *,
    handoff: Handoff,
    key: str,
    facts: dict[str, Any],
    due_at: datetime | None,
    at: datetime,
) -> None:
    contact = handoff.contact
    known = {
        "reasons": handoff.reasons,
        "points": handoff.points,
        "threshold": handoff.threshold,
        "again": False,
        "is_with_nobody": handoff.assignee is None,
        **facts,
    }
    notify(
        recipient=recipient,
        kind=Notification.Kind.HANDOFF,
        key=key,
        subject_id=handoff.pk,
        contact_id=contact.pk,
        title=str(contact),
        subtitle=contact.company.name if contact.company else "",
        facts=known,
        url=reverse("sales:detail", args=[handoff.pk]),
        points=known["points"],
        threshold=known["threshold"],
        due_at=due_at,
        at=at,
    )
