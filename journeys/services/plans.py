"""Changing journeys, phases and measures directly: contacts follow at once.

What is changed here is kept as a version, see ``record_version``; on pages people write
a draft first.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Max
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.conditions.validation import validate
from journeys.models import Journey, Measure, Phase, PhaseVisit, Team, TeamMember
from journeys.selectors.snapshots import phase_part
from journeys.services.applying import ASIDE, NameTaken
from journeys.services.following import follow_plan
from journeys.services.phase_locks import lock_leaving
from journeys.services.plan_checks import check_phase
from journeys.services.publishing import keep_first_version, record_version
from leadhub.errors import DomainError


class JourneyInUse(DomainError):
    code = "journey_in_use"


class PhaseInUse(DomainError):
    code = "phase_in_use"


@transaction.atomic
def save_journey(*, journey: Journey, by: User | None, at: datetime) -> Journey:
    """Store a new or changed journey; contacts of its segment enter in the background.

    Raises ``NameTaken`` and ``InvalidCondition``.
    """
    if journey.goal:
        validate(journey.goal, attr="goal")
    if journey.pk:
        keep_first_version(journey=journey, at=at)
    journey.updated_at, journey.updated_by = at, by
    _save(journey, _("There is a journey of this name."))
    record_version(journey=journey, by=by, at=at)
    follow_plan(by=by, at=at)
    return journey


@transaction.atomic
def delete_journey(*, journey: Journey) -> None:
    """Remove a journey nobody ever was in. Raises ``JourneyInUse``."""
    if PhaseVisit.objects.filter(phase__journey=journey).exists():
        sentence = _("Contacts have been in this journey. Switch it off instead.")
        raise JourneyInUse(sentence)
    journey.delete()


@transaction.atomic
def save_phase(
    *, phase: Phase, by: User | None, at: datetime, position: int | None = None
) -> Phase:
    """Store a new or changed phase, as number ``position`` of its journey.

    Without a position a new phase comes last and another stays where it is. It takes
    an outcome of deals over from the phase that had it. Contacts
    whom its conditions fit follow in the background. Raises
    ``InvalidCondition``, ``NoExitFromSales`` and ``NameTaken``.
    """
    check_phase(phase_part(phase))
    journey = Journey.objects.select_for_update(no_key=True).get(pk=phase.journey_id)
    keep_first_version(journey=journey, at=at)
    if phase.position is None:
        last = journey.phases.aggregate(last=Max("position"))["last"] or 0
        phase.position = last + 1
    if phase.outcome:  # of one phase at a time
        others = journey.phases.filter(outcome=phase.outcome).exclude(pk=phase.pk)
        others.update(outcome="")
    _save(phase, _("The journey has a phase of this name."))
    if position is not None:
        place_phase(phase=phase, position=position)
    record_version(journey=journey, by=by, at=at)
    follow_plan(by=by, at=at)
    return phase


@transaction.atomic
def place_phase(*, phase: Phase, position: int) -> None:
    """Make a phase number ``position`` of its journey, the others keeping their order.

    Counted from 1; beyond the end is the end.
    """
    journey = Journey.objects.select_for_update(no_key=True).get(pk=phase.journey_id)
    others = journey.phases.exclude(pk=phase.pk).order_by("position")
    order = list(others.values_list("pk", flat=True))
    order.insert(max(position, 1) - 1, phase.pk)
    # Two steps, since no two phases may share a position for a moment.
    journey.phases.update(position=F("position") + ASIDE)
    for number, phase_id in enumerate(order, start=1):
        Phase.objects.filter(pk=phase_id).update(position=number)
    phase.position = order.index(phase.pk) + 1


@transaction.atomic
def delete_phase(*, phase: Phase, by: User | None, at: datetime) -> None:
    """Remove a phase nobody ever was in. Raises ``PhaseInUse``."""
    keep_first_version(journey=phase.journey, at=at)
    lock_leaving([phase.pk])
    if phase.visits.exists():
        sentence = _("Contacts have been in this phase, so it stays.")
        raise PhaseInUse(sentence)
    phase.delete()
    record_version(journey=phase.journey, by=by, at=at)


@transaction.atomic
def save_measure(*, measure: Measure, by: User | None, at: datetime) -> Measure:
    """Store a new or changed measure."""
    journey = Journey.objects.get(phases=measure.phase_id)
    keep_first_version(journey=journey, at=at)
    measure.save()
    record_version(journey=journey, by=by, at=at)
    return measure


@transaction.atomic
def delete_measure(*, measure: Measure, by: User | None, at: datetime) -> None:
    """Remove a measure; what came through it stays, counted on none."""
    journey = measure.phase.journey
    keep_first_version(journey=journey, at=at)
    measure.delete()
    record_version(journey=journey, by=by, at=at)


@transaction.atomic
def save_team(*, team: Team, members: Collection[User] | None = None) -> Team:
    """Store a team; ``members`` replaces who is in it. Raises ``NameTaken``."""
    _save(team, _("There is a team of this name."))
    if members is not None:
        team.memberships.exclude(user__in=members).delete()
        TeamMember.objects.bulk_create(
            (TeamMember(team=team, user=user) for user in members),
            ignore_conflicts=True,
        )
    return team


@transaction.atomic
def delete_team(*, team: Team) -> None:
    """Remove a team; its phases and measures belong to nobody then."""
    team.delete()


def _save(row: Any, if_taken: str) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise NameTaken(if_taken) from error
