"""How it stands with a contact, for both teams at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from accounts.models import User
from contacts.gate import Channel, Purpose, Reason, Touch, reasons_against_each
from contacts.models import Contact
from journeys.models import PhaseVisit
from sales.models import Claim, Handoff
from sales.selectors.next_touch import NextTouch, next_touches
from scoring.selectors.explain import Explanation, explain
from scoring.selectors.series import totals_at

FOREVER = datetime.max.replace(tzinfo=UTC)
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class State:
    """Where a contact is, how warm, who is at it, and what is allowed."""

    visit: PhaseVisit | None
    score: Explanation
    # How much the total rose in the last seven days; None without a model.
    rises: float | None
    # The open handoff; else the last declined one that may be offered again.
    handoff: Handoff | None
    claim: Claim | None
    next: NextTouch | None
    # What lasts longest stands first: the others will be over before it.
    against_mail: list[Reason]
    against_call: list[Reason]

    @property
    def is_paused(self) -> bool:
        return any(reason.code == "paused" for reason in self.against_mail)


def state_of(contact: Contact, *, user: User, at: datetime) -> State:
    """As of ``at``; mail is a marketing mail, a call is one that ``user`` makes."""
    visits = PhaseVisit.objects.filter(contact=contact, left_at=None)
    score = explain(contact, at)
    rises = None
    if score.model is not None:
        before, now = totals_at(contact, score.model, [at - WEEK, at])
        rises = now - before
    handoffs = Handoff.objects.filter(contact=contact).select_related("assignee")
    returning = handoffs.filter(return_at__gt=at).order_by("-offered_at", "-pk")
    claims = Claim.objects.live(at=at).filter(contact=contact)
    mail = Touch(contact, Channel.EMAIL, Purpose.MARKETING, at)
    call = Touch(contact, Channel.PHONE, Purpose.PERSONAL, at, by=user)
    against = reasons_against_each([mail, call])
    return State(
        visit=visits.select_related("phase__team", "phase__journey").first(),
        score=score,
        rises=rises,
        handoff=handoffs.open().first() or returning.first(),
        claim=claims.select_related("rep").first(),
        next=next_touches([contact], at).get(contact.pk),
        against_mail=_lasting_first(against[mail]),
        against_call=_lasting_first(against[call]),
    )


def _lasting_first(reasons: list[Reason]) -> list[Reason]:
    return sorted(reasons, key=lambda reason: reason.until or FOREVER, reverse=True)
