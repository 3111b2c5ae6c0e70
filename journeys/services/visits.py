"""Where contacts stand: moved by hand, or by what sales does."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.models import Contact
from contacts.signals import contacts_changed
from journeys.models import Phase, PhaseVisit
from journeys.services.phase_locks import hold_phases
from leadhub.errors import DomainError


class MovedMeanwhile(DomainError):
    code = "moved_meanwhile"


class NotByHand(DomainError):
    code = "not_by_hand"


class PhaseRetired(DomainError):
    code = "phase_retired"


@transaction.atomic
def move_contact(
    *, contact: Contact, phase: Phase, by: User | None, at: datetime, reason: str = ""
) -> PhaseVisit:
    """Put a contact into a phase, of whichever journey; their stay elsewhere ends.

    A contact who is there already stays, with the time they have been there. Raises
    ``MovedMeanwhile`` if somebody else moved them at the same time.
    """
    [visit] = move_contacts(
        contact_ids={contact.pk}, phase=phase, by=by, at=at, reason=reason
    )
    return visit


@transaction.atomic
def move_contacts(
    *,
    contact_ids: Collection[int],
    phase: Phase,
    by: User | None,
    at: datetime,
    reason: str = "",
) -> list[PhaseVisit]:
    """``move_contact`` for all of these, or for none; return their stays there."""
    there = PhaseVisit.objects.filter(
        contact__in=contact_ids, phase=phase, left_at=None
    )
    staying = list(there)
    coming = set(contact_ids) - {visit.contact_id for visit in staying}
    if not coming:
        return staying
    moved = put_into(dict.fromkeys(coming, phase), by=by, at=at, reason=reason)
    if not moved:
        raise MovedMeanwhile(_("Somebody has just moved this contact."))
    return [*staying, *moved]


@transaction.atomic
def move_by_hand(
    *, contact: Contact, phase: Phase, by: User, at: datetime
) -> PhaseVisit:
    """Move a contact within marketing, or within sales, as somebody decides.

    Between the two they go by the handoff alone, so that nobody is with sales without
    a rep who knows. Raises ``NotByHand`` and ``MovedMeanwhile``.
    """
    visit = (
        PhaseVisit.objects.filter(contact=contact, left_at=None)
        .select_related("phase")
        .first()
    )
    stage = visit.phase.stage if visit else Phase.Stage.MARKETING
    if why_not := why_not_by_hand(stage, phase.stage):
        raise NotByHand(why_not)
    return move_contact(contact=contact, phase=phase, by=by, at=at, reason="by hand")


def why_not_by_hand(from_stage: str, to_stage: str) -> str:
    """Why nobody may drop a contact of one stage into another; "" if they may."""
    if Phase.Stage.HANDOFF in (from_stage, to_stage):
        return _("A handoff begins and ends by an offer to sales and its answer.")
    if from_stage == to_stage:
        return ""
    if to_stage == Phase.Stage.SALES:
        return _("Sales gets contacts by a handoff.")
    return _("Sales gives contacts back by declining or returning them.")


@transaction.atomic
def move_to_stage(
    *, contact: Contact, stage: str, by: User | None, at: datetime, reason: str = ""
) -> PhaseVisit | None:
    """Move a contact on to the first phase of a stage of the journey they are in.

    None, and nothing happens, if they are in no journey, in that stage already or
    beyond it, or if the journey has no such stage.
    """
    visit = (
        PhaseVisit.objects.filter(contact=contact, left_at=None)
        .select_related("phase")
        .first()
    )
    if visit is None:
        return None
    later = Phase.objects.filter(
        journey=visit.phase.journey_id, position__gt=visit.phase.position
    )
    phase = later.filter(stage=stage).order_by("position").first()
    if phase is None or visit.phase.stage == stage:
        return None
    return move_contact(contact=contact, phase=phase, by=by, at=at, reason=reason)


@transaction.atomic
def move_to_outcome(
    *, contact: Contact, outcome: str, by: User | None, at: datetime, reason: str = ""
) -> PhaseVisit | None:
    """Move a contact to where deals end that were won or lost, in their journey.

    None, and nothing happens, if they are in no journey or it has no such phase.
    """
    visits = PhaseVisit.objects.filter(contact=contact, left_at=None)
    visit = visits.select_related("phase").first()
    if visit is None:
        return None
    phases = Phase.objects.filter(journey=visit.phase.journey_id, outcome=outcome)
    phase = phases.first()
    if phase is None:
        return None
    return move_contact(contact=contact, phase=phase, by=by, at=at, reason=reason)


@transaction.atomic
def return_to_marketing(
    *,
    contact: Contact,
    by: User | None,
    at: datetime,
    reason: str = "",
    phase: Phase | None = None,
) -> PhaseVisit | None:
    """Move a contact back to ``phase``, else to the marketing phase they were in last.

    To the first one of the journey if they never were in any. None if they are in no
    journey or with marketing already.
    """
    visits = PhaseVisit.objects.filter(contact=contact).select_related("phase")
    open_visit = visits.filter(left_at=None).first()
    if open_visit is None or open_visit.phase.stage == Phase.Stage.MARKETING:
        return None
    if phase is None:
        marketing = Phase.objects.nurturing(contact.pk)
        last = visits.filter(phase__in=marketing.order_by())
        latest = last.order_by("-entered_at", "-pk").first()
        phase = latest.phase if latest else marketing.first()
    if phase is None:
        return None
    return move_contact(contact=contact, phase=phase, by=by, at=at, reason=reason)


def put_into(
    phases: dict[int, Phase], *, by: User | None, at: datetime, reason: str
) -> list[PhaseVisit]:
    """Close the open stays and open new ones; return those that came to be.

    Of two moves at once the first wins: the constraint on open visits says which. None
    where a phase has left the plan meanwhile, or is just leaving it. Part of a verb's
    transaction.
    """
    open_visits = PhaseVisit.objects.filter(contact__in=phases, left_at=None)
    try:
        with transaction.atomic():
            if not hold_phases({phase.pk for phase in phases.values()}):
                raise PhaseRetired
            open_visits.update(left_at=at)
            visits = PhaseVisit.objects.bulk_create(
                PhaseVisit(
                    contact_id=contact_id,
                    phase=phase,
                    entered_at=at,
                    by=by,
                    reason=reason,
                )
                for contact_id, phase in sorted(phases.items(), key=_number)
            )
    except (IntegrityError, PhaseRetired):
        return []
    contacts_changed.send(sender=Contact, contact_ids=set(phases), at=at)
    return visits


@transaction.atomic
def take_out(*, contact_ids: Collection[int], at: datetime) -> None:
    """Let contacts leave the journey that they are in: they are in none then."""
    open_visits = PhaseVisit.objects.filter(contact__in=contact_ids, left_at=None)
    if open_visits.update(left_at=at):
        contacts_changed.send(sender=Contact, contact_ids=set(contact_ids), at=at)


def _number(pair: tuple[int, Phase]) -> int:
    return pair[0]
