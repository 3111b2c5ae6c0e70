"""What sales knows of conversions: contacts that were handed off, deals won."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from campaigns.conversions import Moments, register_conversion
from sales.models import Deal, Handoff


def handoffs(contact_ids: Collection[int]) -> Moments:
    found: Moments = defaultdict(list)
    rows = Handoff.objects.filter(contact__in=contact_ids)
    for pk, at in rows.values_list("contact", "offered_at"):
        found[pk].append(at)
    return found


def won_deals(contact_ids: Collection[int]) -> Moments:
    found: Moments = defaultdict(list)
    rows = Deal.objects.won().filter(contact__in=contact_ids)
    for pk, at in rows.values_list("contact", "closed_at"):
        found[pk].append(at)
    return found


def register_conversions() -> None:
    register_conversion("handoff", handoffs)
    register_conversion("deal_won", won_deals)
