"""Making a draft what contacts follow, and keeping each plan that they followed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.models import Segment
from journeys.models import Journey, JourneyVersion
from journeys.selectors.snapshots import PlanDocument, measures_of, plan_of
from journeys.selectors.versions import (
    changes_between,
    draft_of,
    latest_number,
    latest_version,
    removed_with_contacts,
)
from journeys.services.applying import OUT, apply_plan
from journeys.services.following import follow_plan
from journeys.services.phase_locks import lock_leaving
from journeys.services.plan_checks import check_conditions
from journeys.services.planned_carriers import check_carriers, lock_carriers
from journeys.services.planned_costs import check_costs
from leadhub.errors import DomainError, InvalidValue

# Pieces that one person writes within this time are one version.
PIECES_WITHIN = timedelta(hours=1)


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

    What was spent until yesterday stays as it is. Raises ``NothingToPublish``,
    ``ChangedSinceSeen``, ``SegmentGone``, ``WhereTo``, ``NameTaken`` and what parts of
    the draft raise that have become invalid; the draft is there all the same.
    """
    journey = Journey.objects.select_for_update(no_key=True).get(pk=journey.pk)
    draft = draft_of(journey)
    if draft is None:
        raise NothingToPublish(_("There is no draft. Somebody may have published it."))
    old = plan_of(journey, at=at)
    if (draft.revision, latest_number(journey)) != (revision, based_on):
        sentence = _("The plan has changed since you looked. Look at it once more.")
        raise ChangedSinceSeen(sentence)
    lock_carriers(journey, measures_of(draft.plan))
    check_ready(journey=journey, plan=draft.plan, at=at)
    if not changes_between(old, draft.plan, at=at):
        raise NothingToPublish(_("The draft says what the plan says already."))
    keep_first_version(journey=journey, at=at)
    targets = _targets(old, draft.plan, moves or {})
    apply_plan(journey, draft.plan, targets, by=by, at=at)
    draft.delete()
    version = JourneyVersion.objects.create(
        journey=journey,
        number=latest_number(journey) + 1,
        plan=plan_of(journey, at=at),
        note=note.strip()[:300],
        published_at=at,
        published_by=by,
    )
    follow_plan(by=by, at=at)
    return version


def check_ready(*, journey: Journey, plan: PlanDocument, at: datetime) -> None:
    """Raises what stands in the way of publishing this, with the path to it."""
    measures = list(measures_of(plan))
    check_conditions(plan)
    _check_segment(plan)
    check_costs(measures, at=at)
    names = plan["names"]["carriers"]
    check_carriers(journey, measures, names=names, known=False)


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
        plan=plan_of(journey, at=at),
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
    plan, latest = plan_of(journey, at=at), latest_version(journey)
    if latest is not None and not changes_between(latest.plan, plan, at=at):
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
