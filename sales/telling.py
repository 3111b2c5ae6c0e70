"""What programs elsewhere are told about handoffs."""

from __future__ import annotations

from datetime import datetime

from accounts.models import EventType
from accounts.services.webhook_events import tell_webhooks
from contacts.telling import news_of
from sales.models import Handoff, HandoffEvent

KINDS = {
    HandoffEvent.Kind.OFFERED: EventType.HANDOFF_OFFERED,
    HandoffEvent.Kind.ACCEPTED: EventType.HANDOFF_ACCEPTED,
    HandoffEvent.Kind.DECLINED: EventType.HANDOFF_DECLINED,
}


def announce(handoff: Handoff, event: HandoffEvent, *, at: datetime) -> None:
    """Tell of it, if it is something that can be told; once for each line of its
    history."""
    kind = KINDS.get(HandoffEvent.Kind(event.kind))
    if kind is None:
        return
    ids = {"handoff": handoff.pk, "assignee": handoff.assignee_id}
    if event.kind == HandoffEvent.Kind.DECLINED:
        ids["reason"] = handoff.decline_reason
    told = news_of(handoff.contact_id, key=str(event.pk), **ids)
    tell_webhooks(news={kind: [told]}, at=at)
