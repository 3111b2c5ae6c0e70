"""The gate: whether somebody may be touched now, and why not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models.expressions import Combinable

from accounts.models import User
from contacts.gate import (
    Reason,
    Touch,
    reasons_against,
    reasons_against_each,
    signs_against,
)
from contacts.models.contact import Contact
from contacts.models.touch import CompanyGuard, TouchDecision, TouchGuard
from contacts.services.following import Elsewhere, follow


def lock_guards(*, contact_ids: Collection[int]) -> list[TouchGuard]:
    """Lock what touches and whatever forbids them both lock; within a transaction.

    Who changes consent, suppression, claim, handoff or deal calls this before it
    looks, and so does who is about to touch: one of them comes first, and the other
    sees what it did. Made on first use, and made once: two that make it wait for each
    other. In the order of their numbers: two that lock many do not wait in a circle.
    """
    rows = TouchGuard.objects.select_for_update(no_key=True).order_by("pk")
    guards = list(rows.filter(pk__in=contact_ids))
    missing = set(contact_ids) - {guard.pk for guard in guards}
    if missing:
        TouchGuard.objects.bulk_create(
            [TouchGuard(contact_id=pk) for pk in sorted(missing)], ignore_conflicts=True
        )
        guards = list(rows.filter(pk__in=contact_ids))
    return guards


def lock_guard(*, contact_id: int) -> TouchGuard:
    [guard] = lock_guards(contact_ids=[contact_id])
    return guard


def lock_company(*, company_id: int) -> None:
    """Let nobody else decide about mails to people of the company meanwhile.

    Whoever counts the touches of all its people before one more calls this first; with
    the contact's guard locked, and the mail's row not yet.
    """
    rows = CompanyGuard.objects.select_for_update(no_key=True).order_by()
    if not rows.filter(pk=company_id):
        guard = CompanyGuard(company_id=company_id)
        CompanyGuard.objects.bulk_create([guard], ignore_conflicts=True)
        rows.get(pk=company_id)


def lock_whoever_goes_on(contact: Contact) -> Contact:
    """Lock the guard of the contact, or of who goes on for it since it was merged.

    Return whom it is about now. For verbs that were told of a contact before they waited.
    """

    def lock(contact_id: int) -> int:
        guard = lock_guard(contact_id=contact_id)
        if guard.goes_on_as is not None:
            raise Elsewhere(guard.goes_on_as)
        return contact_id

    now = follow(contact.pk, lock)
    return contact if now == contact.pk else Contact.everyone.get(pk=now)


def look_again(
    *, touch: Touch, **more: Combinable
) -> tuple[Contact | None, frozenset[str]]:
    """The contact as it is now, and the objectors that need not be asked: one query.

    Hold its guard: then they would find nothing, as there is no sign of anything. If
    the contact is not as the touch has it, all are to be asked. ``more`` is read along,
    into attributes of the contact; None if it is gone.
    """
    signs = signs_against(touch)
    wanted = [name for name, sign in signs.items() if sign is not None]
    seen = {f"sign{number}": signs[name] for number, name in enumerate(wanted)}
    rows = Contact.objects.filter(pk=touch.contact.pk).order_by()
    contact = rows.annotate(**seen, **more).first()
    if contact is None or not contact.is_like(touch.contact):
        return contact, frozenset()
    found = {
        name for number, name in enumerate(wanted) if getattr(contact, f"sign{number}")
    }
    return contact, frozenset(signs.keys() - found)


@transaction.atomic(savepoint=False)  # of every mail
def decide_touch(
    *,
    touch: Touch,
    title: str = "",
    guard: TouchGuard | None = None,
    without: Collection[str] = (),
) -> list[Reason]:
    """Decide whether the touch may happen, and keep the answer; no reason: it may.

    Locks the contact's guard until the caller's transaction ends, so that a claim, an
    unsubscribe or another touch comes before or after it, never between the answer
    and what the caller does about it. Call it in the transaction that records the
    touch. ``guard``: if the caller has locked it already, and has perhaps found with
    ``look_again`` that it goes ``without`` some objectors.
    """
    if guard is None:
        lock_guard(contact_id=touch.contact.pk)
    reasons = reasons_against(touch, without=without)
    _answer(touch, reasons, title=title).save(force_insert=True)
    return reasons


@transaction.atomic
def decide_touches(
    *, touches: Sequence[Touch], title: str = ""
) -> dict[Touch, list[Reason]]:
    """``decide_touch`` for each, in as many statements for many as for one."""
    lock_guards(contact_ids={touch.contact.pk for touch in touches})
    found = reasons_against_each(touches)
    TouchDecision.objects.bulk_create(
        _answer(touch, reasons, title=title) for touch, reasons in found.items()
    )
    return found


def _answer(touch: Touch, reasons: list[Reason], *, title: str) -> TouchDecision:
    return TouchDecision(
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
