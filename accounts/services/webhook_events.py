"""What happens, told to programs elsewhere: written down with it, delivered later."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from accounts.models.webhook import (
    EventCount,
    EventType,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from accounts.tasks import deliver_webhooks
from leadhub.ids import new_id
from leadhub.queue import enqueue
from leadhub.transactions import OncePerTransaction

KEPT = timedelta(days=30)
BATCH = 500


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened: numbers of what it is about, and where to look.

    With a ``key`` it is told once, however often it is reported.
    """

    ids: dict[str, Any] = field(default_factory=dict)
    contact_id: int | None = None
    path: str = ""
    key: str = ""


def _listening() -> list[tuple[int, list[str], str]]:
    rows = WebhookEndpoint.objects.listening().order_by("pk")
    return list(rows.values_list("pk", "events", "url"))


# Who asked for what. A transaction may write contacts, consents and interactions.
listeners = OncePerTransaction(_listening)


def tell_webhooks(*, news: Mapping[EventType, Iterable[News]], at: datetime) -> int:
    """Write down for all who asked for it; return how many deliveries there are now.

    For webhooks without an address it is only written down: they read the feed.

    Belongs into the transaction of what happened. ``news`` is not read at all if
    nobody asked; one query a transaction then, and three more for five hundred else.
    """
    told = 0
    for kind, items in news.items():
        asked = [(pk, url) for pk, events, url in listeners() if kind in events]
        if asked:
            ids = [pk for pk, url in asked if url]
            told += _write_down(kind, items, ids, at=at)
    return told


def tell_endpoint(
    *, endpoint: WebhookEndpoint, kind: EventType, news: Iterable[News], at: datetime
) -> int:
    """Write it down for this one, whatever it asked for."""
    ids = [endpoint.pk] if endpoint.url else []
    return _write_down(kind, news, ids, at=at)


@transaction.atomic
def forget_contacts(*, contact_ids: Collection[int]) -> int:
    """Erase what was told, or is still to be told, about these contacts."""
    _n, per_model = WebhookEvent.objects.filter(contact_id__in=contact_ids).delete()
    # Behind the events: who numbers these meanwhile holds them until both are there.
    EventCount.objects.filter(contact_id__in=contact_ids).delete()
    return per_model.get(WebhookEvent._meta.label, 0)


def forget_old_events(*, at: datetime) -> int:
    """Erase what happened more than thirty days ago, a batch at a time."""
    forgotten = 0
    while True:
        old = WebhookEvent.objects.filter(at__lt=at - KEPT).order_by("at")
        ids = list(old.values_list("pk", flat=True)[:BATCH])
        if not ids:
            return forgotten
        with transaction.atomic():
            WebhookEvent.objects.filter(pk__in=ids).delete()
        forgotten += len(ids)


@transaction.atomic
def _write_down(
    kind: EventType,
    news: Iterable[News],
    endpoint_ids: Sequence[int],
    *,
    at: datetime,
) -> int:
    events = [_event(kind, item, at=at) for item in news]
    if not events:
        return 0
    WebhookEvent.objects.bulk_create(events, batch_size=BATCH, ignore_conflicts=True)
    keys = [event.key for event in events]
    stored: list[Any] = []
    for start in range(0, len(keys), BATCH):
        rows = WebhookEvent.objects.filter(key__in=keys[start : start + BATCH])
        stored += rows.order_by("pk").values_list("pk", flat=True)
    deliveries = [
        WebhookDelivery(endpoint_id=endpoint_id, event_id=event_id, due_at=at)
        for event_id in stored
        for endpoint_id in endpoint_ids
    ]
    WebhookDelivery.objects.bulk_create(
        deliveries, batch_size=BATCH, ignore_conflicts=True
    )
    enqueue(deliver_webhooks)
    return len(deliveries)


def _event(kind: EventType, item: News, *, at: datetime) -> WebhookEvent:
    event_id = new_id()
    data = dict(item.ids)
    if item.contact_id is not None:
        data.setdefault("contact", item.contact_id)
    if item.path:
        data["url"] = settings.SITE_URL + item.path
    body = {"type": kind.value, "timestamp": at.isoformat(), "data": data}
    return WebhookEvent(
        id=event_id,
        key=f"{kind.value}:{item.key or event_id}",
        type=kind,
        at=at,
        contact_id=item.contact_id,
        body=json.dumps(body, separators=(",", ":"), ensure_ascii=False),
    )
