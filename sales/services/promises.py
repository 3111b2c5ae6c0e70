"""The promise clock: what happens when a rep does not answer, or does not call.

To answer: reminded at half time; missed at its end, which who leads is told; as long
after that taken to the next free rep, never to one who missed it; with nobody left to
who leads; if they do not give it to somebody it expires. Asked for a demo meanwhile, the
time is that of a demo request from then on. To touch: see first_touches.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts.models import User
from contacts.models import Contact
from journeys.services.visits import return_to_marketing
from sales.assignment import Assignment
from sales.models import Handoff, HandoffEvent, PromiseSettings
from sales.promise import plan_of
from sales.selectors.calendars import working_time_of
from sales.selectors.promises import asked_meanwhile, first_touches, hurried
from sales.services.first_touches import watch_touch
from sales.services.notices import remind, tell, tell_who_leads
from sales.services.passing import pass_to_next
from sales.services.steps import (
    CLOCK,
    finish_notices,
    locked,
    note,
    pass_on,
    promise_answer,
    stop_clock,
    warn,
)

logger = logging.getLogger(__name__)

Status, Happened = Handoff.Status, HandoffEvent.Kind
AT_ONCE = 500
# An expired lead is not forgotten: it may become sales-ready anew then.
EXPIRED_RETURNS_AFTER = timedelta(days=7)


def keep_promises(*, at: datetime) -> int:
    """Do what is due by ``at``; return with how many handoffs something was done.

    Each in a transaction of its own; one that fails waits for the next run and holds
    nobody up. Safe to repeat, and in two workers at once.
    """
    touched = Handoff.objects.filter(
        status=Status.ACCEPTED, touch_by__isnull=False, touched_at=None
    ).filter(Exists(first_touches(OuterRef("contact"), OuterRef("accepted_at"))))
    left = Handoff.objects.filter(
        status=Status.OFFERED,
        acts_at__isnull=False,
        assignee__absent_until__gte=timezone.localdate(at),
    )
    due = [
        handoff
        for rows in (touched, left, hurried(at=at))
        for handoff in rows.order_by("pk")[:AT_ONCE]
    ]
    count = 0
    for handoff in [*due, *Handoff.objects.acting(at=at)[:AT_ONCE]]:
        try:
            count += keep_promise(handoff=handoff, at=at)
        except Exception:
            logger.exception("The promise of handoff %s was not kept.", handoff.pk)
    return count


@transaction.atomic
def keep_promise(*, handoff: Handoff, at: datetime) -> bool:
    """Do the next thing that is due with this handoff; False if nothing is.

    Hours, holidays and absence count as they are now: if they leave more time than was
    thought, the promise is moved and nothing else happens.
    """
    contact, handoff = locked(handoff)
    if handoff.status == Status.ACCEPTED and handoff.touched_at is None:
        return watch_touch(contact, handoff, at=at)
    if handoff.status != Status.OFFERED or handoff.acts_at is None:
        return False
    rep = handoff.assignee
    if rep is not None and _is_absent(rep, at=at):
        pass_to_next(contact, handoff, at=at)
        return True
    if kind := asked_meanwhile(handoff, at=at):
        return _hurry(handoff, kind, at=at)
    return _watch_answer(contact, handoff, at=at)


def _hurry(handoff: Handoff, kind: str, *, at: datetime) -> bool:
    """As if it were offered now: who asks for a demo is not left to wait for hours."""
    handoff.accept_minutes = PromiseSettings.current().fast_minutes[kind]
    promise_answer(handoff, at=at)
    handoff.save(update_fields=["accept_minutes", "assigned_at", *CLOCK])
    event = note(handoff, Happened.HURRIED, by=None, at=at, text=kind)
    tell(handoff=handoff, event=event, at=at)
    return True


def _watch_answer(contact: Contact, handoff: Handoff, *, at: datetime) -> bool:
    _count_answer_anew(handoff, at=at)
    if handoff.acts_at is None or handoff.acts_at > at:
        handoff.save(update_fields=[*CLOCK])
        return False
    if handoff.assignee is None and pass_to_next(
        contact, handoff, at=at, to_nobody=False
    ):
        return True
    if handoff.missed_at is not None:
        return _miss_again(contact, handoff, at=at)
    if handoff.accept_by is not None and handoff.accept_by <= at:
        return _miss(handoff, at=at)
    warn(handoff, step="warned", due_at=handoff.accept_by, at=at)
    return True


def _count_answer_anew(handoff: Handoff, *, at: datetime) -> None:
    within = timedelta(minutes=handoff.accept_minutes)
    start = handoff.assigned_at or handoff.offered_at
    working = working_time_of(handoff.assignee, at=start)
    if handoff.missed_at is not None:
        handoff.acts_at = handoff.passes_at = working.after(handoff.missed_at, within)
        return
    plan = plan_of(start, within, working=working)
    handoff.warn_at, handoff.accept_by = plan.warn_at, plan.due_at
    handoff.passes_at = plan.passes_at
    handoff.acts_at = plan.due_at if handoff.warned_at else plan.warn_at


def _miss(handoff: Handoff, *, at: datetime) -> bool:
    """The first miss: the rep may still answer, and who leads knows."""
    working = working_time_of(handoff.assignee, at=at)
    handoff.missed_at = at
    handoff.misses += 1
    # From now on, also if the clock was behind: nobody loses a lead unwarned.
    handoff.passes_at = working.after(at, timedelta(minutes=handoff.accept_minutes))
    handoff.acts_at = handoff.passes_at
    handoff.save(update_fields=["misses", *CLOCK])
    note(handoff, Happened.MISSED, by=None, at=at)
    remind(handoff, step="missed", due_at=handoff.passes_at, at=at)
    if handoff.assignee is not None:
        tell_who_leads(handoff, step="missed_by", due_at=handoff.passes_at, at=at)
    return True


def _miss_again(contact: Contact, handoff: Handoff, *, at: datetime) -> bool:
    handoff.misses += 1
    note(handoff, Happened.MISSED, by=None, at=at)
    before = handoff.assignee
    if before is None:
        _expire(contact, handoff, at=at)
    elif pass_to_next(contact, handoff, at=at, to_nobody=False):
        tell_who_leads(handoff, step="passed_on", before=before, at=at)
    else:
        _leave_to_who_leads(contact, handoff, at=at)
    return True


def _leave_to_who_leads(contact: Contact, handoff: Handoff, *, at: datetime) -> None:
    """The last ones: they get the usual time, however short the reps had it."""
    handoff.accept_minutes = max(
        handoff.accept_minutes, PromiseSettings.current().accept_minutes
    )
    nobody = Assignment(None, handoff.team, "nobody_left")
    pass_on(contact, handoff, nobody, by=None, at=at, kind=Happened.PASSED_ON)
    remind(handoff, step="nobody_left", due_at=handoff.accept_by, at=at)


def _expire(contact: Contact, handoff: Handoff, *, at: datetime) -> None:
    handoff.status = Status.EXPIRED
    handoff.closed_at = at
    handoff.return_at = at + EXPIRED_RETURNS_AFTER
    closed = ["status", "closed_at", "return_at", "misses"]
    handoff.save(update_fields=[*closed, *stop_clock(handoff)])
    note(handoff, Happened.EXPIRED, by=None, at=at)
    return_to_marketing(contact=contact, by=None, at=at, reason="expired")
    finish_notices(handoff, at=at)
    tell_who_leads(handoff, step="expired", at=at)


def _is_absent(rep: User, *, at: datetime) -> bool:
    return rep.absent_until is not None and rep.absent_until >= timezone.localdate(at)
