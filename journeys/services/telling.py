"""What programs elsewhere are told about interactions."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from accounts.models import EventType
from accounts.services.webhook_events import tell_webhooks
from contacts.telling import news_of
from journeys.models import Interaction


def announce_interactions(*, interactions: Sequence[Interaction], at: datetime) -> None:
    """Tell of those that people we know did; each once."""
    known = [row for row in interactions if row.contact_id is not None]
    if not known:  # most views of pages are nobody's
        return
    told = (
        news_of(row.contact_id, key=str(row.pk), interaction=str(row.pk), kind=row.kind)
        for row in known
    )
    tell_webhooks(news={EventType.INTERACTION_TRACKED: told}, at=at)
