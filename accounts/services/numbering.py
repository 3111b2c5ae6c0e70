"""The order in which events are told, and their numbers among those of a contact.

Given when they are committed, by one at a time: so who writes contacts waits for
nobody, what is rolled back leaves no gap, and a reader of the feed who has seen a
position has seen all before it.
"""

from __future__ import annotations

from django.db import connection, transaction

from accounts.models.webhook import EventCount, WebhookEvent

FEED = 0
BATCH = 500


def number_events() -> int:
    """Number what was committed since; return how many events. Safe at any time."""
    numbered = 0
    # Ordered, so that the index of what is new is asked whatever the database expects.
    new = WebhookEvent.objects.unnumbered().order_by("pk").values("pk")
    while new[:1]:
        some = _number_some()
        if not some:  # somebody is just deleting the rest
            break
        numbered += some
    return numbered


@transaction.atomic
def _number_some() -> int:
    feed = _lock_feed()
    skips = connection.features.has_select_for_update_skip_locked
    rows = WebhookEvent.objects.unnumbered().defer("body").order_by("pk")
    events = list(rows.select_for_update(no_key=True, skip_locked=skips)[:BATCH])
    contact_ids = {row.contact_id for row in events if row.contact_id is not None}
    counts = EventCount.objects.in_bulk(contact_ids)
    for event in events:
        feed.last += 1
        event.position = feed.last
        if event.contact_id is not None:
            count = counts.setdefault(
                event.contact_id, EventCount(contact_id=event.contact_id)
            )
            count.last += 1
            event.sequence = count.last
    WebhookEvent.objects.bulk_update(events, ["position", "sequence"])
    EventCount.objects.bulk_create(
        [feed, *counts.values()],
        update_conflicts=True,
        unique_fields=["contact_id"],
        update_fields=["last"],
    )
    return len(events)


def _lock_feed() -> EventCount:
    """Only one numbers at a time."""
    rows = EventCount.objects.select_for_update(no_key=True).filter(contact_id=FEED)
    feed = rows.first()
    if feed is None:  # the very first time
        EventCount.objects.get_or_create(contact_id=FEED)
        feed = rows.get()
    return feed
