"""Changing journeys and their phases, and letting contacts follow the change."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Job, User
from accounts.services.jobs import start_job
from contacts.conditions.validation import validate
from journeys.models import Journey, Measure, Phase, PhaseVisit, Team, TeamMember
from leadhub.errors import DomainError, InvalidValue

# Beyond the highest position: where phases wait while they change places.
ASIDE = 10_000


class JourneyInUse(DomainError):
    code = "journey_in_use"


class PhaseInUse(DomainError):
    code = "phase_in_use"


class NameTaken(DomainError):
    code = "name_taken"


@transaction.atomic
def save_journey(*, journey: Journey, by: User | None, at: datetime) -> Journey:
    """Store a new or changed journey; contacts of its segment enter in the background.

    Raises ``NameTaken``.
    """
    journey.updated_at = at
    _save(journey, _("There is a journey of this name."))
    follow_plan(journey=journey, by=by, at=at)
    return journey


@transaction.atomic
def delete_journey(*, journey: Journey) -> None:
    """Remove a journey nobody ever was in. Raises ``JourneyInUse``."""
    if PhaseVisit.objects.filter(phase__journey=journey).exists():
        sentence = _("Contacts have been in this journey. Switch it off instead.")
        raise JourneyInUse(sentence)
    journey.delete()


@transaction.atomic
def save_phase(*, phase: Phase, by: User | None, at: datetime) -> Phase:
    """Store a new or changed phase; a new one without a position comes last.

    Contacts whom its entry condition fits follow in the background. Raises
    ``InvalidCondition`` and ``NameTaken``.
    """
    if phase.entry_condition:
        validate(phase.entry_condition, attr="entry_condition")
    journey = Journey.objects.select_for_update(no_key=True).get(pk=phase.journey_id)
    if phase.position is None:
        last = journey.phases.order_by("-position").first()
        phase.position = last.position + 1 if last else 1
    _save(phase, _("The journey has a phase of this name, or at this place."))
    follow_plan(journey=journey, by=by, at=at)
    return phase


@transaction.atomic
def order_phases(*, journey: Journey, phase_ids: Sequence[int], at: datetime) -> None:
    """Put the phases of a journey into this order, which names each of them once.

    Raises ``InvalidValue``.
    """
    Journey.objects.select_for_update(no_key=True).get(pk=journey.pk)
    if sorted(phase_ids) != sorted(journey.phases.values_list("pk", flat=True)):
        sentence = _("Name each phase of the journey once.")
        raise InvalidValue(sentence, attr="phases")
    # Two steps, since no two phases may share a position for a moment.
    journey.phases.update(position=F("position") + ASIDE)
    for position, phase_id in enumerate(phase_ids, start=1):
        Phase.objects.filter(pk=phase_id).update(position=position)
    Journey.objects.filter(pk=journey.pk).update(updated_at=at)


@transaction.atomic
def delete_phase(*, phase: Phase) -> None:
    """Remove a phase nobody ever was in. Raises ``PhaseInUse``."""
    if phase.visits.exists():
        sentence = _("Contacts have been in this phase, so it stays.")
        raise PhaseInUse(sentence)
    phase.delete()


@transaction.atomic
def save_measure(*, measure: Measure) -> Measure:
    """Store a new or changed measure."""
    measure.save()
    return measure


@transaction.atomic
def delete_measure(*, measure: Measure) -> None:
    """Remove a measure; what came through it stays, counted on none."""
    measure.delete()


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


def follow_plan(*, journey: Journey, by: User | None, at: datetime) -> Job:
    """Let contacts move as the plan now says, as a job; a waiting one serves."""
    waiting = Job.objects.filter(
        kind=Job.Kind.ADVANCE, status=Job.Status.QUEUED, params={}
    ).first()
    return waiting or start_job(kind=Job.Kind.ADVANCE, owner=by, params={}, at=at)


def _save(row: Any, if_taken: str) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise NameTaken(if_taken) from error
