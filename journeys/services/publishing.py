"""Making a draft what contacts follow, and keeping each plan that they followed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.models import Segment
from journeys.models import (
    Journey,
    JourneyDraft,
    JourneyVersion,
    Measure,
    Phase,
    PhaseVisit,
    Team,
)
from journeys.selectors.snapshots import (
    OF_JOURNEY,
    OF_MEASURE,
    OF_PHASE,
    PlanDocument,
    plan_of,
)
from journeys.selectors.versions import (
    changes_between,
    latest_number,
    latest_version,
    removed_with_contacts,
)
from journeys.services.following import follow_plan
from journeys.services.phase_locks import lock_leaving
from journeys.services.plan_checks import check_conditions
from journeys.services.visits import put_into, take_out
from leadhub.errors import DomainError, InvalidValue

# Pieces that one person writes within this time are one version.
PIECES_WITHIN = timedelta(hours=1)
# Beyond the highest position: where phases wait while they change places.
ASIDE = 10_000
CHUNK = 500
OUT = "out"


class NothingToPublish(DomainError):
    code = "nothing_to_publish"


class ChangedSinceSeen(DomainError):
    """The draft, or the plan itself, is not what the publisher looked at."""

    code = "changed_since_seen"


class WhereTo(InvalidValue):
    """Contacts are in a phase that is to go, and nobody has said where they go."""

    code = "where_to"
    attr = "moves"


class SegmentGone(InvalidValue):
    """Without it contacts would enter by hand alone, which nobody has asked for."""

    code = "segment_gone"
    attr = "plan.segment"


class NameTaken(DomainError):
    code = "name_taken"


@transaction.atomic
def publish_draft(
    *,
    journey: Journey,
    note: str,
    revision: int,
    based_on: int,
    by: User,
    at: datetime,
    moves: Mapping[str, str] | None = None,
) -> JourneyVersion:
    """Let contacts follow the draft from now on, as the next version.

    ``revision`` of the draft and ``based_on``, the number of the version it was compared
    with, are what the publisher has seen. ``moves`` says, for the key of each phase that
    goes while contacts are in it, the key of the phase they go to, or "out".

    Raises ``NothingToPublish``, ``ChangedSinceSeen``, ``SegmentGone``, ``WhereTo``,
    ``NameTaken`` and what parts of the draft raise that have become invalid.
    """
    journey = Journey.objects.select_for_update(no_key=True).get(pk=journey.pk)
    draft = JourneyDraft.objects.filter(journey=journey).first()
    if draft is None:
        raise NothingToPublish(_("There is no draft. Somebody may have published it."))
    old = plan_of(journey)
    if (draft.revision, latest_number(journey)) != (revision, based_on):
        sentence = _("The plan has changed since you looked. Look at it once more.")
        raise ChangedSinceSeen(sentence)
    if not changes_between(old, draft.plan):
        raise NothingToPublish(_("The draft says what the plan says already."))
    keep_first_version(journey=journey, at=at)
    check_conditions(draft.plan)
    _check_segment(draft.plan)
    targets = _targets(old, draft.plan, moves or {})
    _apply(journey, draft.plan, targets, by=by, at=at)
    draft.delete()
    version = JourneyVersion.objects.create(
        journey=journey,
        number=latest_number(journey) + 1,
        plan=plan_of(journey),
        note=note.strip()[:300],
        published_at=at,
        published_by=by,
    )
    follow_plan(by=by, at=at)
    return version


@transaction.atomic
def keep_first_version(*, journey: Journey, at: datetime) -> JourneyVersion | None:
    """Keep the plan as it is, if no version is kept of one that has phases.

    Whoever is about to change the plan calls it first: others wait from then on.
    """
    journey = Journey.objects.select_for_update(no_key=True).get(pk=journey.pk)
    has_any = JourneyVersion.objects.filter(journey=journey).exists()
    if has_any or not journey.phases.exists():
        return None
    return JourneyVersion.objects.create(
        journey=journey,
        number=1,
        plan=plan_of(journey),
        origin=JourneyVersion.Origin.PIECES,
        published_at=journey.updated_at,
        published_by=journey.updated_by,
    )


@transaction.atomic
def record_version(
    *, journey: Journey, by: User | None, at: datetime
) -> JourneyVersion | None:
    """Keep the plan as it is now, after something wrote a piece of it directly.

    What the same person writes within an hour of the first piece is one version, which
    keeps growing until then; nothing is kept if the plan is as it was.
    """
    journey = Journey.objects.select_for_update(no_key=True).get(pk=journey.pk)
    plan, latest = plan_of(journey), latest_version(journey)
    if latest is not None and not changes_between(latest.plan, plan):
        return None
    if latest is None and not plan["phases"]:
        return None
    if (
        latest is not None
        and latest.origin == JourneyVersion.Origin.PIECES
        and latest.published_by_id == (by.pk if by else None)
        and at - latest.published_at < PIECES_WITHIN
    ):
        latest.plan = plan
        latest.save(update_fields=["plan"])
        return latest
    return JourneyVersion.objects.create(
        journey=journey,
        number=latest.number + 1 if latest else 1,
        plan=plan,
        origin=JourneyVersion.Origin.PIECES,
        published_at=at,
        published_by=by,
    )


def _check_segment(plan: PlanDocument) -> None:
    segment = plan["segment"]
    if segment and not Segment.objects.filter(pk=segment).exists():
        name = plan["names"]["segments"].get(str(segment), segment)
        sentence = _("The segment %(name)s is gone. Choose another one, or none.")
        raise SegmentGone(sentence % {"name": name})


def _targets(
    old: PlanDocument, new: PlanDocument, moves: Mapping[str, str]
) -> dict[str, str]:
    """Key of a phase that goes -> that of the one its contacts go to, or "out".

    From now on nobody is put into those that go.
    """
    kept = {phase["key"] for phase in new["phases"]}
    gone = [phase["key"] for phase in old["phases"] if phase["key"] not in kept]
    lock_leaving([int(key) for key in gone])
    for key, to in moves.items():
        if key not in gone:
            raise WhereTo(_("This phase does not go."), attr=f"moves.{key}"[:80])
        if to not in kept | {OUT}:
            sentence = _("Nobody can go there: the draft has no such phase.")
            raise WhereTo(sentence, attr=f"moves.{key}")
    for phase in removed_with_contacts(old, new):
        if phase["key"] not in moves:
            sentence = _("Say where the contacts in %(phase)s go.")
            raise WhereTo(sentence % {"phase": phase["name"]})
    return {key: moves.get(key, OUT) for key in gone}


def _apply(
    journey: Journey,
    plan: PlanDocument,
    targets: dict[str, str],
    *,
    by: User,
    at: datetime,
) -> None:
    """Make rows of the document; what it lacks is retired, not deleted."""
    for name in OF_JOURNEY:
        setattr(journey, name, plan[name])
    journey.segment_id = plan["segment"]
    journey.updated_at, journey.updated_by = at, by
    try:
        with transaction.atomic():
            journey.save()
    except IntegrityError as error:
        raise NameTaken(_("There is a journey of this name.")) from error
    rows = {str(phase.pk): phase for phase in Phase.ever.filter(journey=journey)}
    for key in targets:
        rows[key].retired_at, rows[key].outcome = at, ""
        rows[key].save(update_fields=["retired_at", "outcome"])
    _clear_the_way(journey)
    teams = set(Team.objects.values_list("pk", flat=True))
    for position, part in enumerate(plan["phases"], start=1):
        phase = rows.get(part["key"]) or Phase(journey=journey)
        for name in OF_PHASE:
            setattr(phase, name, part[name])
        phase.team_id = part["team"] if part["team"] in teams else None
        phase.position, phase.retired_at, phase.successor = position, None, None
        phase.save()
        rows[part["key"]] = phase
    _apply_measures(journey, plan, rows, teams, at=at)
    for key, to in targets.items():
        rows[key].successor = rows[to] if to != OUT else None
        rows[key].save(update_fields=["successor"])
        _move_contacts(rows[key], at=at)


def _clear_the_way(journey: Journey) -> None:
    """No two phases may share a name, position or outcome for a moment."""
    for phase in journey.phases.order_by("pk"):
        Phase.objects.filter(pk=phase.pk).update(
            position=F("position") + ASIDE, name=f"#{phase.pk}", outcome=""
        )


def _apply_measures(
    journey: Journey,
    plan: PlanDocument,
    phases: dict[str, Phase],
    teams: set[int],
    *,
    at: datetime,
) -> None:
    known = {str(m.pk): m for m in Measure.objects.filter(phase__journey=journey)}
    kept = set()
    for part in plan["phases"]:
        for entry in part["measures"]:
            measure = known.get(entry["key"]) or Measure()
            for name in OF_MEASURE:
                setattr(measure, name, entry[name])
            measure.team_id = entry["team"] if entry["team"] in teams else None
            measure.phase, measure.retired_at = phases[part["key"]], None
            measure.save()
            kept.add(measure.pk)
    gone = Measure.objects.filter(phase__journey=journey, retired_at=None)
    gone.exclude(pk__in=kept).update(retired_at=at)


def _move_contacts(phase: Phase, *, at: datetime) -> None:
    """All who are in a phase that goes: to where it leads, or out of the journey."""
    visits = PhaseVisit.objects.filter(phase=phase, left_at=None)
    ids = sorted(visits.values_list("contact_id", flat=True))
    for start in range(0, len(ids), CHUNK):
        some = ids[start : start + CHUNK]
        if phase.successor is None:
            take_out(contact_ids=some, at=at)
        else:
            moving = dict.fromkeys(some, phase.successor)
            put_into(moving, by=None, at=at, reason="new version")
