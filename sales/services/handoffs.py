"""Passing contacts from marketing to sales, and what sales answers.

All of them lock the contact first and then its handoff, after the score if that is
locked at all, so that none waits for another in a circle.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.models import Enrollment
from campaigns.services.enrollments import stop_enrollments
from contacts.services.disqualify import disqualify_contact
from contacts.services.touches import lock_guard
from journeys.models import Phase
from journeys.services.visits import move_to_stage, return_to_marketing
from sales.assignment import Assignment
from sales.models import Handoff, HandoffCause, HandoffEvent, PromiseSettings
from sales.selectors.calendars import minutes_to_answer
from sales.selectors.facts import facts_of
from sales.services.assignment import responsible_for
from sales.services.notices import tell
from sales.services.refusals import (
    AssigneeAbsent,
    BadReturn,
    NotARep,
    NoWayBack,
    UnknownReason,
)
from sales.services.steps import (
    CLOCK,
    SOURCE,
    check_no_deal,
    check_open,
    finish_notices,
    let_own,
    locked,
    locked_contact,
    may_decide,
    note,
    open_handoff,
    pass_on,
    promise_answer,
    promise_touch,
    stop_clock,
    taken,
)
from sales.telling import announce
from scoring.models import Crossing

Reason, Status, Happened = Handoff.Reason, Handoff.Status, HandoffEvent.Kind
RETURNS_AFTER = {
    Reason.NOT_READY: timedelta(days=30),
    Reason.NO_BUDGET: timedelta(days=90),
}
DISQUALIFIES = {Reason.BAD_FIT, Reason.COMPETITOR}
LATEST_RETURN = timedelta(days=5 * 366)


@transaction.atomic
def hand_off(*, crossing: Crossing, at: datetime) -> Handoff:
    """Offer the contact that crossed the threshold to sales, and tell the rep.

    One crossing, one handoff: repeating it returns the first. A contact whose handoff
    is open keeps that one; the rep is told that it has crossed again. Whoever is
    responsible gets it, and becomes the contact's owner if it had none; with nobody
    free it waits for the team leads, who are told.
    """
    contact = locked_contact(crossing.contact_id)
    known = HandoffEvent.objects.filter(crossing=crossing).select_related("handoff")
    if event := known.first():
        return event.handoff
    if handoff := open_handoff(contact):
        event = HandoffEvent.objects.create(
            handoff=handoff,
            kind=Happened.CROSSED_AGAIN,
            at=at,
            assignee=handoff.assignee,
            crossing=crossing,
        )
        tell(handoff=handoff, event=event, at=at)
        return handoff
    # Marketing's mails come before the offer or not at all.
    lock_guard(contact_id=contact.pk)
    stop_enrollments(contact_ids=[contact.pk], end=Enrollment.End.HANDED_OFF, at=at)
    move_to_stage(
        contact=contact, stage=Phase.Stage.HANDOFF, by=None, at=at, reason="sales-ready"
    )
    assignment = responsible_for(contact=contact, at=at)
    facts = facts_of(contact, crossing=crossing, at=at)
    causes = facts.pop("causes")
    handoff = Handoff(
        contact=contact,
        crossing=crossing,
        assignee=assignment.assignee,
        team=assignment.team,
        assigned_because=assignment.because,
        because_of=assignment.because_of,
        offered_at=at,
        accept_minutes=minutes_to_answer(facts["interactions"], at=at),
        points=crossing.total,
        threshold=crossing.threshold,
        reasons=facts.pop("reasons"),
        facts=facts,
    )
    promise_answer(handoff, at=at)
    handoff.save(force_insert=True)
    HandoffCause.objects.bulk_create(
        HandoffCause(handoff=handoff, kind=kind, name=name) for kind, name in causes
    )
    event = HandoffEvent.objects.create(
        handoff=handoff,
        kind=Happened.OFFERED,
        at=at,
        assignee=handoff.assignee,
        crossing=crossing,
    )
    let_own(contact, handoff.assignee, instead_of=None, by=None, at=at)
    tell(handoff=handoff, event=event, at=at)
    announce(handoff, event, at=at)
    return handoff


@transaction.atomic
def accept_handoff(*, handoff: Handoff, by: User, at: datetime) -> Handoff:
    """Let ``by`` take the lead on. Accepting one's own handoff again is harmless.

    From now on a first touch is promised. One that is nobody's becomes theirs. The contact moves on to the first sales phase.

    Raises ``HandoffNotOpen``, or ``HandoffTaken`` if it is a colleague's.
    """
    contact, handoff = locked(handoff)
    check_open(handoff)
    if handoff.assignee_id not in (None, by.pk):
        raise taken(handoff)
    if handoff.status == Status.ACCEPTED:
        return handoff
    handoff.assignee = by
    handoff.status = Status.ACCEPTED
    handoff.accepted_at = at
    within = PromiseSettings.current().touch_within
    promise_touch(handoff, within=within, at=at)
    handoff.save(
        update_fields=["assignee", "status", "accepted_at", "touch_by", *CLOCK]
    )
    note(handoff, Happened.ACCEPTED, by=by, at=at)
    let_own(contact, by, instead_of=None, by=by, at=at)
    move_to_stage(
        contact=contact, stage=Phase.Stage.SALES, by=by, at=at, reason="accepted"
    )
    finish_notices(handoff, at=at)
    return handoff


@transaction.atomic
def decline_handoff(
    *,
    handoff: Handoff,
    reason: str,
    by: User,
    at: datetime,
    comment: str = "",
    return_at: datetime | None = None,
    phase: Phase | None = None,
) -> Handoff:
    """Give the contact back to marketing, with the reason.

    To ``phase``, where it is nurtured; without one to where it was before.

    Not ready and no budget return by themselves after 30 and 90 days, others only with
    ``return_at``: then the contact may become sales-ready anew. A bad fit and a
    competitor are disqualified. One that was accepted before counts as returned.

    Repeating it is harmless. Raises ``UnknownReason``, ``BadReturn``, ``NoWayBack``,
    ``HandoffNotOpen``, ``DealOpen``, or ``HandoffTaken`` if it is a colleague's.
    """
    return_at = _checked_return(reason, return_at, at=at)
    contact, handoff = locked(handoff)
    given_back = handoff.status in (Status.DECLINED, Status.RETURNED)
    if given_back and handoff.decline_reason == reason:
        return handoff
    check_open(handoff)
    if not may_decide(handoff, by=by):
        raise taken(handoff)
    check_no_deal(handoff)
    if phase and phase not in Phase.objects.nurturing(contact.pk):
        raise NoWayBack(_("Choose a marketing phase of the contact's journey."))
    accepted = handoff.status == Status.ACCEPTED
    handoff.status = Status.RETURNED if accepted else Status.DECLINED
    handoff.closed_at = at
    handoff.decline_reason = reason
    handoff.comment = comment.strip()
    handoff.return_at = return_at
    answer = ["status", "closed_at", "decline_reason", "comment", "return_at"]
    handoff.save(update_fields=[*answer, *stop_clock(handoff)])
    note(handoff, Happened.DECLINED, by=by, at=at, text=handoff.comment)
    if reason in DISQUALIFIES:
        disqualify_contact(contact=contact, by=by, at=at, source=SOURCE)
    return_to_marketing(
        contact=contact, by=by, at=at, reason=f"declined: {reason}", phase=phase
    )
    finish_notices(handoff, at=at)
    return handoff


@transaction.atomic
def reassign_handoff(
    *, handoff: Handoff, assignee: User, by: User | None, at: datetime
) -> Handoff:
    """Offer the lead to another rep, with a new promise; their colleague is rid of it.

    Only its own rep and team leads may. To whom it is with already changes nothing.

    Raises ``NotARep``, ``AssigneeAbsent``, ``HandoffNotOpen``, ``HandoffTaken``,
    ``DealOpen``.
    """
    if not User.objects.reps().filter(pk=assignee.pk).exists():
        raise NotARep(_("Leads go to sales reps and team leads."))
    contact, handoff = locked(handoff)
    check_open(handoff)
    if by is not None and not may_decide(handoff, by=by):
        raise taken(handoff)
    if handoff.assignee_id == assignee.pk:
        return handoff
    check_no_deal(handoff)
    present = User.objects.present(on=timezone.localdate(at))
    if not present.filter(pk=assignee.pk).exists():
        raise AssigneeAbsent(_("%(name)s is absent.") % {"name": assignee})
    chosen = Assignment(assignee, handoff.team, "by_hand")
    return pass_on(contact, handoff, chosen, by=by, at=at)


def _checked_return(
    reason: str, return_at: datetime | None, *, at: datetime
) -> datetime | None:
    """When the contact may be offered again, or None."""
    if reason not in Reason.values:
        sentence = _("Choose one of these reasons: %(names)s.")
        raise UnknownReason(sentence % {"names": ", ".join(Reason.values)})
    if return_at is None:
        pause = RETURNS_AFTER.get(Reason(reason))
        return at + pause if pause else None
    if reason in DISQUALIFIES:
        raise BadReturn(_("A contact that does not suit us does not return."))
    if not at < return_at <= at + LATEST_RETURN:
        raise BadReturn(_("Choose a time from now to five years ahead."))
    return return_at
