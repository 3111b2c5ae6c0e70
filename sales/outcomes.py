"""What scores are held against: handoffs that sales accepted, deals that were won."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from contacts.merge_history import MergeHistory
from sales.models import Deal, DealEvent, Handoff, HandoffEvent
from scoring.outcomes import Happening, Happenings, register_outcome
from scoring.returns import register_returns

HANDOFF = "sales.handoff.contact"
DEAL = "sales.deal.contact"
OVER = (DealEvent.Kind.WON, DealEvent.Kind.LOST, DealEvent.Kind.REOPENED)


def accepted_handoffs(
    contact_ids: Collection[int], history: MergeHistory
) -> Happenings:
    """When sales accepted a handoff. What became of it later takes nothing back."""
    found: dict[int, list[Happening]] = defaultdict(list)
    events = HandoffEvent.objects.filter(
        handoff__contact__in=contact_ids, kind=HandoffEvent.Kind.ACCEPTED
    )
    told = set()
    for number, contact_id, at in events.order_by("at", "pk").values_list(
        "handoff", "handoff__contact", "at"
    ):
        told.add(number)
        whose = history.holder(HANDOFF, number, contact_id, at=at)
        found[whose].append(Happening(at))
    # Those that came without their history.
    rows = Handoff.objects.filter(contact__in=contact_ids, accepted_at__isnull=False)
    for number, contact_id, at in rows.values_list("pk", "contact", "accepted_at"):
        if number not in told:
            whose = history.holder(HANDOFF, number, contact_id, at=at)
            found[whose].append(Happening(at))
    return found


def won_deals(contact_ids: Collection[int], history: MergeHistory) -> Happenings:
    """When a deal was won, and when it was opened again, if it was."""
    found: dict[int, list[Happening]] = defaultdict(list)
    events = DealEvent.objects.filter(deal__contact__in=contact_ids, kind__in=OVER)
    won: dict[int, tuple[int, datetime]] = {}
    told = set()
    for number, contact_id, kind, at in events.order_by("at", "pk").values_list(
        "deal", "deal__contact", "kind", "at"
    ):
        if kind == DealEvent.Kind.WON:
            told.add(number)
            whose = history.holder(DEAL, number, contact_id, at=at)
            won.setdefault(number, (whose, at))
        elif number in won:
            whose, since = won.pop(number)
            found[whose].append(Happening(since, until=at))
    for whose, since in won.values():
        found[whose].append(Happening(since))
    # Those that came without their history.
    rows = Deal.objects.won().filter(contact__in=contact_ids)
    for number, contact_id, at in rows.values_list("pk", "contact", "closed_at"):
        if number not in told:
            whose = history.holder(DEAL, number, contact_id, at=at)
            found[whose].append(Happening(at))
    return found


def came_back(
    contact_ids: Collection[int], history: MergeHistory
) -> dict[int, list[datetime]]:
    """When those that sales had declined with a date were armed again."""
    found: dict[int, list[datetime]] = defaultdict(list)
    rows = Handoff.objects.filter(contact__in=contact_ids, returned_at__isnull=False)
    for number, contact_id, at in rows.values_list("pk", "contact", "returned_at"):
        found[history.holder(HANDOFF, number, contact_id, at=at)].append(at)
    return found


def register_outcomes() -> None:
    register_returns(came_back)
    register_outcome("handoff_accepted", _("Handoff accepted"), accepted_handoffs)
    register_outcome("deal_won", _("Deal won"), won_deals)
