"""Deals: opened, moved through their stages, won or lost.

All of them lock the contact first, then its guard where the gate is concerned, then
the deal, as handoffs do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models import Enrollment
from campaigns.services.enrollments import stop_enrollments
from campaigns.services.messages import cancel_messages
from contacts.models import Contact
from contacts.services.touches import lock_guard
from journeys.models import Phase
from journeys.services.visits import move_to_stage
from sales.deal_telling import announce_deal
from sales.models import Deal, DealEvent, DealSettings, Handoff
from sales.services.deal_refusals import (
    BadAmount,
    DealNotOpen,
    HandoffNotAccepted,
    NotAnOwner,
    UnknownStage,
)
from sales.services.steps import let_own, locked_contact, locked_row

Happened = DealEvent.Kind
LARGEST = Decimal(10) ** 12
CHANGEABLE = (
    "title",
    "value",
    "expected_close_date",
    "next_step",
    "next_step_date",
    "owner",
    "team",
)


@transaction.atomic
def open_deal(
    *,
    contact: Contact,
    by: User | None,
    at: datetime,
    handoff: Handoff | None = None,
    stage: str = "",
    **values: Any,
) -> Deal:
    """Open a deal with the contact, in the first stage unless one is named.

    From an accepted ``handoff`` once: repeating it returns its deal. Owner is who is
    named in ``values``, else who accepted, else ``by`` if they sell. From then on
    nothing automated goes to the contact: its sequences end, and marketing is silent
    until the deal is closed.

    Raises ``HandoffNotAccepted``, ``UnknownStage``, ``BadAmount``, ``NotAnOwner``.
    """
    contact = locked_contact(contact.pk)
    if handoff is not None:
        handoff = Handoff.objects.select_related("assignee", "team").get(pk=handoff.pk)
        if deal := Deal.objects.filter(handoff=handoff).first():
            return deal
        is_theirs = handoff.contact_id == contact.pk
        if not is_theirs or handoff.status != Handoff.Status.ACCEPTED:
            raise HandoffNotAccepted(_("A deal comes from a handoff that is accepted."))
    lock_guard(contact_id=contact.pk)
    deal = Deal(
        contact=contact,
        company=contact.company,
        handoff=handoff,
        stage=checked_stage(stage) if stage else first_stage(),
        stage_since=at,
        opened_at=at,
        team=handoff.team if handoff else None,
    )
    deal.owner = _first_owner(handoff, by)
    for name, value in values.items():
        setattr(deal, name, _checked(name, value))
    deal.title = deal.title.strip() or str(contact.company or contact)[:200]
    deal.save(force_insert=True)
    stop_enrollments(contact_ids=[contact.pk], end=Enrollment.End.DEAL, at=at)
    cancel_messages(contact=contact, keys_like="event:", reason="deal_open", at=at)
    let_own(contact, deal.owner, instead_of=None, by=by, at=at)
    move_to_stage(
        contact=contact, stage=Phase.Stage.SALES, by=by, at=at, reason="deal opened"
    )
    note_deal(deal, Happened.OPENED, by=by, at=at)
    return deal


@transaction.atomic
def change_deal(
    *, deal: Deal, data: Mapping[str, Any], by: User | None, at: datetime
) -> Deal:
    """Write those of ``CHANGEABLE`` that ``data`` names. Closed ones only re-titled.

    Raises ``DealNotOpen``, ``BadAmount``, ``NotAnOwner``.
    """
    contact, deal = locked_deal(deal)
    changes = {name: _checked(name, value) for name, value in data.items()}
    changes = {n: v for n, v in changes.items() if getattr(deal, n) != v}
    if not changes:
        return deal
    if set(changes) - {"title"}:
        check_deal_open(deal)
    for name, value in changes.items():
        setattr(deal, name, value)
    deal.save(update_fields=[*changes])
    if "value" in changes:
        note_deal(deal, Happened.VALUED, by=by, at=at)
    if "owner" in changes:
        note_deal(deal, Happened.GIVEN, by=by, at=at)
        let_own(contact, deal.owner, instead_of=None, by=by, at=at)
    return deal


@transaction.atomic
def give_deals(
    *, deals: Sequence[Deal], owner: User | None, by: User, at: datetime
) -> int:
    """Let ``owner`` have all of these that are open; return how many those were."""
    count = 0
    for deal in sorted(deals, key=lambda deal: (deal.contact_id, deal.pk)):
        if deal.is_open:
            change_deal(deal=deal, data={"owner": owner}, by=by, at=at)
            count += 1
    return count


@transaction.atomic
def move_deal(*, deal: Deal, stage: str, by: User | None, at: datetime) -> Deal:
    """Move an open deal to another stage, forth or back. Where it is, it stays.

    Raises ``DealNotOpen`` and ``UnknownStage``.
    """
    stage = checked_stage(stage)
    _contact, deal = locked_deal(deal)
    check_deal_open(deal)
    if deal.stage != stage:
        deal.stage, deal.stage_since = stage, at
        deal.save(update_fields=["stage", "stage_since"])
        note_deal(deal, Happened.MOVED, by=by, at=at)
    return deal


def locked_deal(deal: Deal) -> tuple[Contact, Deal]:
    """The deal as it is now, locked, and its contact, locked before it."""
    rows = Deal.objects.select_related("owner", "team", "company", "handoff")
    return locked_row(rows, deal)


def check_deal_open(deal: Deal) -> None:
    if not deal.is_open:
        raise DealNotOpen(_("This deal is closed."))


def checked_stage(key: str) -> str:
    keys = [stage.key for stage in DealSettings.current().all_stages()]
    if key not in keys:
        sentence = _("Choose one of these stages: %(names)s.")
        raise UnknownStage(sentence % {"names": ", ".join(keys)})
    return key


def first_stage() -> str:
    return DealSettings.current().all_stages()[0].key


def checked_amount(value: Decimal | None) -> Decimal | None:
    if value is not None and not 0 <= value < LARGEST:
        raise BadAmount(_("Choose an amount from zero to a million millions."))
    return value


def note_deal(
    deal: Deal, kind: DealEvent.Kind, *, by: User | None, at: datetime, text: str = ""
) -> DealEvent:
    """Write it into the deal's history, and tell of it."""
    event = DealEvent.objects.create(
        deal=deal,
        kind=kind,
        at=at,
        by=by,
        stage=deal.stage,
        value=deal.value,
        owner=deal.owner,
        note=text,
    )
    announce_deal(deal, event, at=at)
    return event


def _first_owner(handoff: Handoff | None, by: User | None) -> User | None:
    if handoff is not None:
        return handoff.assignee
    sells = by is not None and by.role in {User.Role.REP, User.Role.LEAD}
    return by if sells else None


def _checked(name: str, value: Any) -> Any:
    if name not in CHANGEABLE:
        raise TypeError(f"a deal's {name} is not changed like that")
    if name == "value":
        return checked_amount(value)
    if name == "owner" and value is not None:
        sells = value.is_administrator or value.role in {User.Role.REP, User.Role.LEAD}
        if not value.is_active or not sells:
            raise NotAnOwner(_("Deals belong to sales reps and team leads."))
    return value
