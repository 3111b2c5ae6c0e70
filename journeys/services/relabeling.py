"""Clicks that had been taken for a person's, until more of them came."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from contacts.models import Contact
from contacts.signals import contacts_changed
from journeys.machines import BURST, LINKS_OF_A_BURST
from journeys.models import Interaction
from journeys.models.interaction import Kind

CLEARED = "cleared"
HONEYPOT = "honeypot"
# The property of a click that tells browsers apart, for a day.
CLIENT = "client"
# Around the moment at which the hidden link of a mail is taken.
SAME_VISIT = timedelta(minutes=5)


@transaction.atomic
def relabel_burst(*, contact_id: int, at: datetime) -> int:
    """Take three different links in ten seconds for a machine's, downloads included.

    Returns how many had been taken for a person's. Sends ``contacts_changed``. Clicks
    that a browser has confirmed stay a person's.
    """
    recent = Interaction.objects.filter(
        Q(link__isnull=False) | Q(kind=Kind.CONTENT_DOWNLOAD),
        contact=contact_id,
        occurred_at__gt=at - BURST,
        occurred_at__lte=at,
    ).exclude(kind=Kind.EMAIL_OPEN)
    rows = list(recent)
    if len({_taken(row) for row in rows}) < LINKS_OF_A_BURST:
        return 0
    return _take_back(rows, reason="burst", at=at)


@transaction.atomic
def relabel_client(*, link_ids: list[int], client: str, at: datetime) -> int:
    """Take for a machine's what ``client`` took of a mail within the last minutes,

    because it took its hidden link. ``link_ids`` are all links of the mail. Returns how
    many had been taken for a person's. Sends ``contacts_changed``. Clicks that a browser
    has confirmed stay a person's.
    """
    rows = Interaction.objects.filter(
        link__in=link_ids,
        kind=Kind.EMAIL_CLICK,
        occurred_at__gt=at - SAME_VISIT,
        properties__client=client,
    )
    return _take_back(rows, reason=HONEYPOT, at=at)


def took_hidden_link(link_ids: list[int], *, client: str, at: datetime) -> bool:
    """True if ``client`` has just taken the one of these that people do not see."""
    if not link_ids:  # of no mail, as most links are
        return False
    return Interaction.objects.filter(
        link__in=link_ids,
        link__target_url="",
        kind=Kind.EMAIL_CLICK,
        occurred_at__gt=at - SAME_VISIT,
        properties__client=client,
    ).exists()


def _take_back(rows: Iterable[Interaction], *, reason: str, at: datetime) -> int:
    wrong = [
        row for row in rows if not row.is_machine and row.machine_reason != CLEARED
    ]
    for row in wrong:
        row.is_machine, row.machine_reason = True, reason
        # The person who takes the link later is not a repeat of it.
        row.event_id = f"{row.event_id}:{row.pk.hex}"
    Interaction.objects.bulk_update(wrong, ["is_machine", "machine_reason", "event_id"])
    known = {row.contact_id for row in wrong if row.contact_id is not None}
    if known:
        contacts_changed.send(sender=Contact, contact_ids=known, at=at)
    return len(wrong)


def _taken(row: Interaction) -> object:
    """Which link it was; each download has one of its own."""
    return row.event_id if row.kind == Kind.CONTENT_DOWNLOAD else row.link_id
