"""What reps do: they claim, call, write, answer handoffs, and work on deals."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from insights.collisions.ledger import Key
from insights.collisions.promising import promise_to_company, promise_what_stands
from insights.collisions.turns import Instead, NothingToDo, Turn
from journeys.models.interaction import Kind
from sales.models import Claim, Deal, Handoff, Offer, Task
from sales.services.claims import claim_contact, release_contact
from sales.services.closing import lose_deal, win_deal
from sales.services.deals import move_deal, open_deal
from sales.services.handoffs import accept_handoff, decline_handoff, reassign_handoff
from sales.services.mails import mail_contact
from sales.services.offers import accept_offer, decline_offer, save_offer, send_offer
from sales.services.talks import log_talk
from sales.services.tasks import change_task, finish_task, plan_task, reopen_task

TALKS = (Kind.CALL_OUTBOUND, Kind.CALL_OUTBOUND, Kind.MEETING, Kind.NOTE)
REASONS = (Handoff.Reason.NOT_READY, Handoff.Reason.NO_BUDGET, Handoff.Reason.OTHER)
LINES = [{"text": "A year", "quantity": Decimal(1), "unit_price": Decimal(900)}]


def claim(turn: Turn) -> None:
    claim_contact(contact=turn.contact, by=turn.rep, at=timezone.now())
    promise_what_stands(turn)


def release(turn: Turn) -> None:
    # Of both contacts: it may be one that was merged, and then it is the survivor's.
    own = Claim.objects.filter(contact__in=turn.scene.contact_ids, rep=turn.rep)
    own = own.filter(released_at=None)
    with turn.ledger.lifting(*(("claim", row.pk) for row in own)):
        release_contact(contact=turn.contact, by=turn.rep, at=timezone.now())
    turn.ledger.keep(*(("claim", row.pk) for row in own.all()))
    promise_what_stands(turn)


def talk(turn: Turn) -> None:
    """Log a call, a meeting or a note that mentions the colleague."""
    was_forbidden = turn.ledger.are_calls_forbidden(turn.contact.pk)
    kind = turn.draw.choice(TALKS)
    log_talk(
        contact=turn.contact,
        kind=kind,
        text=f"@{turn.colleague().username}, please look." if kind == Kind.NOTE else "",
        action=turn.name,
        by=turn.rep,
        at=timezone.now(),
    )
    if was_forbidden and kind == Kind.CALL_OUTBOUND:
        turn.ledger.broken.append(
            f"Contact {turn.contact.pk}: called after calls were forbidden."
        )
    promise_what_stands(turn)
    promise_to_company(turn)


def write(turn: Turn) -> None:
    """Send a mail of one's own."""
    mail_contact(
        contact=turn.contact,
        subject="Our talk",
        text="Hello, shall we talk?",
        action=turn.name,
        by=turn.rep,
        at=timezone.now(),
    )
    promise_what_stands(turn)


def accept(turn: Turn) -> None:
    accept_handoff(handoff=_handoff(turn), by=turn.rep, at=timezone.now())


def decline(turn: Turn) -> None:
    handoff = _handoff(turn)
    reason = turn.draw.choice(REASONS)
    with turn.ledger.lifting(("handoff", handoff.pk)):
        decline_handoff(handoff=handoff, reason=reason, by=turn.rep, at=timezone.now())


def reassign(turn: Turn) -> None:
    reassign_handoff(
        handoff=_handoff(turn),
        assignee=turn.colleague(),
        by=turn.rep,
        at=timezone.now(),
    )


def _handoff(turn: Turn) -> Handoff:
    rows = Handoff.objects.open().filter(contact__in=turn.scene.contact_ids)
    handoff = rows.order_by("pk").first()
    if handoff is None:
        raise NothingToDo
    return handoff


def plan(turn: Turn) -> None:
    was_forbidden = turn.ledger.are_calls_forbidden(turn.contact.pk)
    kind = turn.draw.choice((Task.Kind.CALL, Task.Kind.CALL, Task.Kind.FOLLOW_UP))
    now = timezone.now()
    task = plan_task(
        contact=turn.contact,
        kind=kind,
        due_at=now + timedelta(days=1),
        assignee=turn.draw.choice((turn.rep, turn.colleague())),
        by=turn.rep,
        at=now,
        action=turn.name,
    )
    _check_call(turn, task, was_forbidden=was_forbidden)


def finish(turn: Turn) -> None:
    finish_task(task=_task(turn, done_at=None), by=turn.rep, at=timezone.now())


def reopen(turn: Turn) -> None:
    was_forbidden = turn.ledger.are_calls_forbidden(turn.contact.pk)
    task = _task(turn, done_at__isnull=False)
    task = reopen_task(task=task, by=turn.rep, at=timezone.now())
    _check_call(turn, task, was_forbidden=was_forbidden)


def hand_over(turn: Turn) -> None:
    """Let the colleague do a task."""
    task = _task(turn, done_at=None)
    change_task(task=task, assignee=turn.colleague(), at=timezone.now())


def _task(turn: Turn, **which: Any) -> Task:
    rows = Task.objects.filter(
        contact__in=turn.scene.contact_ids, cancelled_at=None, **which
    )
    task = rows.select_related("contact", "assignee").order_by("pk").first()
    if task is None:
        raise NothingToDo
    return task


def _check_call(turn: Turn, task: Task, *, was_forbidden: bool) -> None:
    if was_forbidden and task.kind == Task.Kind.CALL:
        turn.ledger.broken.append(
            f"Contact {turn.contact.pk}: a call was planned after calls were forbidden."
        )


def open_one(turn: Turn) -> None:
    """Open a deal: from a handoff if one is accepted."""
    people = turn.scene.contact_ids
    accepted = Handoff.objects.filter(
        contact__in=people, status=Handoff.Status.ACCEPTED, deal=None
    )
    handoff = accepted.select_related("contact").order_by("pk").first()
    open_deal(
        contact=handoff.contact if handoff else turn.contact,
        handoff=handoff,
        value=Decimal(900),
        by=turn.rep,
        at=timezone.now(),
    )
    promise_what_stands(turn)


def move(turn: Turn) -> None:
    stage = turn.draw.choice(("needs_analysis", "offer", "negotiation"))
    move_deal(deal=_deal(turn), stage=stage, by=turn.rep, at=timezone.now())


def win(turn: Turn) -> None:
    deal = _deal(turn)
    with turn.ledger.lifting(*_promised(deal)):
        win_deal(deal=deal, by=turn.rep, at=timezone.now())


def lose(turn: Turn) -> None:
    deal, reason = _deal(turn), Deal.LossReason.PRICE
    with turn.ledger.lifting(*_promised(deal)):
        lose_deal(deal=deal, reason=reason, by=turn.rep, at=timezone.now())


def _promised(deal: Deal) -> list[Key]:
    """What ends with it."""
    return [("deal", deal.pk), ("handoff", deal.handoff_id or 0)]


def offer(turn: Turn) -> None:
    send_offer(offer=_draft(turn), by=turn.rep, at=timezone.now())


def fail_to_offer(turn: Turn) -> None:
    """Something goes wrong once the number is given: nothing of it remains."""
    draft = _draft(turn)
    with transaction.atomic():
        send_offer(offer=draft, by=turn.rep, at=timezone.now())
        transaction.set_rollback(True)


def answer(turn: Turn) -> None:
    """What the contact says about an offer."""
    people = turn.scene.contact_ids
    sent = Offer.objects.filter(deal__contact__in=people, status=Offer.Status.SENT)
    found = sent.select_related("deal__contact").first()
    if found is None:
        raise NothingToDo
    verb = turn.draw.choice((accept_offer, decline_offer))
    verb(offer=found, by=turn.rep, at=timezone.now())


def _draft(turn: Turn) -> Offer:
    people = turn.scene.contact_ids
    drafts = Offer.objects.filter(deal__contact__in=people, status=Offer.Status.DRAFT)
    found = drafts.select_related("deal__contact").first()
    if found is not None:
        return found
    return save_offer(deal=_deal(turn), lines=LINES, by=turn.rep, at=timezone.now())


def _deal(turn: Turn) -> Deal:
    """An open one of the scene's; if there is none one is opened, or not."""
    deals = Deal.objects.open().filter(contact__in=turn.scene.contact_ids)
    deal = deals.select_related("contact").order_by("pk").first()
    if deal is None:
        if turn.draw.random() < 0.7:
            raise NothingToDo
        open_one(turn)
        raise Instead(open_one.__name__)
    return deal
