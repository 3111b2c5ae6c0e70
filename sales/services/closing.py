"""The end of deals, and their beginning anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.models import Contact
from contacts.services.touches import lock_guard
from journeys.models import Phase
from journeys.services.visits import move_to_outcome, move_to_stage, return_to_marketing
from sales.models import Deal, DealEvent, Handoff, HandoffEvent
from sales.services.deal_refusals import BadAmount, UnknownCloseReason
from sales.services.deals import (
    check_deal_open,
    checked_amount,
    locked_deal,
    note_deal,
)
from sales.services.steps import note

Status, Happened = Deal.Status, DealEvent.Kind


@transaction.atomic
def win_deal(
    *,
    deal: Deal,
    by: User | None,
    at: datetime,
    value: Decimal | None = None,
    reason: str = "",
    comment: str = "",
) -> Deal:
    """Close a deal as won. The contact moves to where its journey has its customers.

    Without a ``value`` the deal's own counts; it must have one. Winning what is won is
    harmless. Raises ``DealNotOpen``, ``BadAmount``, ``UnknownCloseReason``.
    """
    if reason and reason not in Deal.WinReason.values:
        raise _unknown(Deal.WinReason.values)
    contact, deal = locked_deal(deal)
    if deal.status == Status.WON:
        return deal
    check_deal_open(deal)
    value = checked_amount(deal.value if value is None else value)
    if value is None:
        raise BadAmount(_("Say what the deal is worth."))
    deal.value = value
    _close(contact, deal, Status.WON, reason=reason, comment=comment, by=by, at=at)
    move_to_outcome(
        contact=contact, outcome=Phase.Outcome.WON, by=by, at=at, reason="deal won"
    )
    return deal


@transaction.atomic
def lose_deal(
    *, deal: Deal, reason: str, by: User | None, at: datetime, comment: str = ""
) -> Deal:
    """Close a deal as lost, with the reason. Losing what is lost is harmless.

    The contact moves to where its journey has what was lost, else back to marketing;
    unless another deal with it is open. Raises ``DealNotOpen``, ``UnknownCloseReason``.
    """
    if reason not in Deal.LossReason.values:
        raise _unknown(Deal.LossReason.values)
    contact, deal = locked_deal(deal)
    if deal.status == Status.LOST:
        return deal
    check_deal_open(deal)
    _close(contact, deal, Status.LOST, reason=reason, comment=comment, by=by, at=at)
    if not contact.deals.open().exists():
        why = f"deal lost: {reason}"
        outcome = Phase.Outcome.LOST
        moved = move_to_outcome(
            contact=contact, outcome=outcome, by=by, at=at, reason=why
        )
        if moved is None:
            return_to_marketing(contact=contact, by=by, at=at, reason=why)
    return deal


@transaction.atomic
def lose_deals(
    *, deals: Sequence[Deal], reason: str, by: User, at: datetime, comment: str = ""
) -> int:
    """``lose_deal`` for all of these that are open; return how many that were."""
    count = 0
    for deal in sorted(deals, key=lambda deal: (deal.contact_id, deal.pk)):
        if deal.is_open:
            lose_deal(deal=deal, reason=reason, by=by, at=at, comment=comment)
            count += 1
    return count


@transaction.atomic
def reopen_deal(*, deal: Deal, by: User | None, at: datetime) -> Deal:
    """Open a closed deal again, in the stage it was in. An open one stays as it is."""
    contact, deal = locked_deal(deal)
    if deal.is_open:
        return deal
    lock_guard(contact_id=contact.pk)
    deal.status, deal.closed_at = Status.OPEN, None
    deal.reason = deal.comment = ""
    deal.stage_since = at
    deal.save(update_fields=["status", "closed_at", "reason", "comment", "stage_since"])
    note_deal(deal, Happened.REOPENED, by=by, at=at)
    move_to_stage(
        contact=contact, stage=Phase.Stage.SALES, by=by, at=at, reason="deal reopened"
    )
    return deal


def _close(
    contact: Contact,
    deal: Deal,
    status: Deal.Status,
    *,
    reason: str,
    comment: str,
    by: User | None,
    at: datetime,
) -> None:
    lock_guard(contact_id=contact.pk)
    deal.status, deal.closed_at = status, at
    deal.reason, deal.comment = reason, comment.strip()
    deal.save(update_fields=["status", "closed_at", "reason", "comment", "value"])
    kind = Happened.WON if status == Status.WON else Happened.LOST
    note_deal(deal, kind, by=by, at=at, text=deal.comment)
    _close_handoff(deal, by=by, at=at)


def _close_handoff(deal: Deal, *, by: User | None, at: datetime) -> None:
    """The handoff has come to its end, too: the contact may be handed off anew."""
    rows = Handoff.objects.select_for_update(no_key=True, of=("self",))
    accepted = rows.filter(pk=deal.handoff_id, status=Handoff.Status.ACCEPTED)
    handoff = accepted.select_related("assignee").first()
    if handoff is None:
        return
    handoff.status, handoff.closed_at = Handoff.Status.CLOSED, at
    handoff.save(update_fields=["status", "closed_at"])
    note(handoff, HandoffEvent.Kind.CLOSED, by=by, at=at)


def _unknown(known: list[str]) -> UnknownCloseReason:
    sentence = _("Choose one of these reasons: %(names)s.")
    return UnknownCloseReason(sentence % {"names": ", ".join(known)})
