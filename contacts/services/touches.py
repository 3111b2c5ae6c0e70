"""The gate: whether somebody may be touched now, and why not."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from contacts.gate import Reason, Touch, reasons_against
from contacts.models.contact import Contact
from contacts.models.touch import TouchDecision, TouchGuard


def lock_guard(*, contact_id: int) -> TouchGuard:
    """Lock what a touch and whatever forbids it both lock; within a transaction.

    Who changes consent, suppression, claim, handoff or deal calls this before it
    looks, and so does who is about to touch: one of them comes first, and the other
    sees what it did. Made on first use, and made once: two that make it wait for each
    other.
    """
    rows = TouchGuard.objects.select_for_update(no_key=True)
    guard = rows.filter(pk=contact_id).first()
    if guard is None:
        TouchGuard.objects.bulk_create(
            [TouchGuard(contact_id=contact_id)], ignore_conflicts=True
        )
        guard = rows.get(pk=contact_id)
    return guard


@transaction.atomic
def decide_touch(*, touch: Touch, title: str = "") -> list[Reason]:
    """Decide whether the touch may happen, and keep the answer; no reason: it may.

    Locks the contact's guard until the caller's transaction ends, so that a claim, an
    unsubscribe or another touch comes before or after it, never between the answer
    and what the caller does about it. Call it in the transaction that records the
    touch.
    """
    lock_guard(contact_id=touch.contact.pk)
    reasons = reasons_against(touch)
    TouchDecision.objects.create(
        contact=touch.contact,
        channel=touch.channel,
        purpose=touch.purpose,
        at=touch.at,
        allowed=not reasons,
        reasons=[reason.as_json() for reason in reasons],
        subject=touch.subject[:120],
        title=title[:200],
        by=touch.by,
    )
    return reasons


@transaction.atomic
def pause_touches(
    *, contact: Contact, until: datetime | None, by: User | None, at: datetime
) -> TouchGuard:
    """Let nothing automated touch the contact before ``until``; None ends the pause.

    A pause that is over already is no pause. Safe to repeat.
    """
    guard = lock_guard(contact_id=contact.pk)
    guard.paused_until = until if until and until > at else None
    guard.paused_by = by
    guard.save(update_fields=["paused_until", "paused_by"])
    return guard
