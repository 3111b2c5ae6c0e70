"""What programs elsewhere are told about deals."""

from __future__ import annotations

from datetime import datetime

from accounts.models import EventType
from accounts.services.webhook_events import tell_webhooks
from contacts.telling import news_of
from sales.models import Deal, DealEvent

KINDS = {
    DealEvent.Kind.OPENED: EventType.DEAL_OPENED,
    DealEvent.Kind.WON: EventType.DEAL_WON,
    DealEvent.Kind.LOST: EventType.DEAL_LOST,
}


def announce_deal(deal: Deal, event: DealEvent, *, at: datetime) -> None:
    """Tell of it, if it is something that can be told; once for each event."""
    kind = KINDS.get(DealEvent.Kind(event.kind))
    if kind is None:
        return
    ids = {"deal": deal.pk, "owner": deal.owner_id}
    if event.kind == DealEvent.Kind.LOST:
        ids["reason"] = deal.reason
    told = news_of(deal.contact_id, key=f"deal-{event.pk}", **ids)
    tell_webhooks(news={kind: [told]}, at=at)
