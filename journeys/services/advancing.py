"""Letting contacts move as the plans say: entry and exit conditions, and goals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from contacts.models import Contact
from journeys.models import JourneyGoal, Phase, PhaseVisit
from journeys.selectors.plans import Plan, live_plans
from journeys.services.visits import put_into, take_out


@transaction.atomic
def advance_contacts(*, contact_ids: Collection[int], at: datetime) -> int:
    """Let the plans move these contacts; return how many they moved.

    A contact in no journey enters the first live one whose segment they belong to,
    unless they have been in it. A contact in a marketing phase moves on to the furthest
    later marketing phase whose entry condition holds, and on from there while exit
    conditions hold. No condition moves anybody back, nor out of sales. Who has reached
    the goal of the journey they are in is noted, once.

    Who is in a phase that has left the plan meanwhile goes where the others went.
    """
    plans = live_plans()
    if not plans:
        return 0
    contacts = list(
        Contact.objects.filter(pk__in=contact_ids).select_related("company")
    )
    visits = PhaseVisit.objects.filter(contact__in=contacts, left_at=None)
    here: dict[int, int] = {}
    lost: dict[int, int] = {}
    for pk, phase, retired_at in visits.values_list(
        "contact_id", "phase_id", "phase__retired_at"
    ):
        (lost if retired_at else here)[pk] = phase
    if lost:
        follow_successors(lost, at=at)
        contacts = [contact for contact in contacts if contact.pk not in lost]
    targets: dict[int, Phase | None] = {}
    reasons: dict[str, list[int]] = defaultdict(list)
    outside = [contact for contact in contacts if contact.pk not in here]
    for plan in plans:
        ended = note_goals(plan, contacts, here, at=at)
        entering = plan.belonging(outside, at=at)
        outside = [contact for contact in outside if contact not in entering]
        marketing = {phase.pk for phase in plan.marketing}
        inside = [
            c for c in contacts if here.get(c.pk) in marketing and c.pk not in ended
        ]
        found = plan.furthest(inside + entering, here, at=at)
        found |= {c.pk: None for c in contacts if c.pk in ended}
        for contact_id, phase in found.items():
            targets[contact_id] = phase
            reasons[_reason(plan, contact_id in here)].append(contact_id)
    moved = len(lost)
    leaving = [pk for pk, phase in targets.items() if phase is None and pk in here]
    if leaving:
        take_out(contact_ids=leaving, at=at)
        moved += len(leaving)
    for reason, ids in reasons.items():
        phases = {pk: phase for pk in ids if (phase := targets[pk]) is not None}
        if phases:
            moved += len(put_into(phases, by=None, at=at, reason=reason))
    return moved


def note_goals(
    plan: Plan, contacts: list[Contact], here: dict[int, int], *, at: datetime
) -> set[int]:
    """Note who has reached the goal of the journey; return those who leave it then.

    Those whom sales has do not. Part of a verb's transaction.
    """
    phases = {phase.pk: phase for phase in plan.phases}
    inside = [contact for contact in contacts if here.get(contact.pk) in phases]
    reached = plan.reached(inside, at=at)
    JourneyGoal.objects.bulk_create(
        (
            JourneyGoal(journey=plan.journey, contact_id=pk, reached_at=at)
            for pk in sorted(reached)
        ),
        ignore_conflicts=True,
    )
    if not plan.journey.ends_at_goal:
        return set()
    return {pk for pk in reached if phases[here[pk]].stage == Phase.Stage.MARKETING}


def follow_successors(lost: dict[int, int], *, at: datetime) -> None:
    """Move contacts from phases that have left the plan on to where those lead.

    Publishing moves everybody itself; this is for whom undoing a merge has put back into
    one. Part of a verb's transaction.
    """
    targets = {pk: successor_of(phase_id) for pk, phase_id in lost.items()}
    take_out(contact_ids=[pk for pk, phase in targets.items() if not phase], at=at)
    phases = {pk: phase for pk, phase in targets.items() if phase}
    if phases:
        put_into(phases, by=None, at=at, reason="new version")


def successor_of(phase_id: int) -> Phase | None:
    """The phase of the plan as it is that this one leads to; None: out of it."""
    seen: set[int] = set()
    while phase_id not in seen:
        seen.add(phase_id)
        phase = Phase.ever.get(pk=phase_id)
        if phase.retired_at is None:
            return phase
        if phase.successor_id is None:
            return None
        phase_id = phase.successor_id
    return None


def _reason(plan: Plan, was_inside: bool) -> str:
    if was_inside:
        return "entry condition"
    return f"segment {plan.segment_name}"[:200]
