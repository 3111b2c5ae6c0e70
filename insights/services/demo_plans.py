"""How the demo's journeys came to be what they are: versions, a review, a draft."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from insights.demo.plan import DRAFT, EARLIER, EXITS, GOALS, REVIEWS
from journeys.models import Journey, Measure, Phase
from journeys.selectors.snapshots import measure_part, phase_part
from journeys.services import drafts
from journeys.services.publishing import publish_draft
from journeys.services.reviews import finish_review, keep_running

PUBLISHED = timedelta(days=30)
DRAFTED = timedelta(days=1)


def let_plans_grow(users: dict[str, User], *, at: datetime, today: datetime) -> None:
    """Publish what the first version lacked, as if a month ago, and go on from there."""
    marketer = users["marketer"]
    for journey in Journey.objects.order_by("pk"):
        phases = {_now(journey, phase): phase for phase in journey.phases.all()}
        if found := REVIEWS.get(journey.name):
            who, days_ago, note = found
            keep_running(
                journey=journey,
                is_active=True,
                owner=marketer,
                review_date=journey.review_date,
                remind_days=7,
                by=marketer,
                at=at,
            )
            finish_review(
                journey=journey,
                due=journey.review_date,
                note=note,
                next_date=journey.review_date,
                by=users[who],
                at=today - timedelta(days=days_ago),
            )
        _publish(journey, phases, by=marketer, at=today - PUBLISHED)
    _draft(users["lead"], at=today - DRAFTED)


def as_it_was(journey: str, phase: str) -> dict[str, Any]:
    """What the first version said of a phase that the present one does not."""
    changed = EARLIER.get((journey, phase), {})
    return {field: old for field, (old, _new) in changed.items()}


def _publish(
    journey: Journey, phases: dict[str, Phase], *, by: User, at: datetime
) -> None:
    goal, days, note = GOALS[journey.name]
    values = {
        "goal": {"field": "phase", "op": "eq", "value": phases[goal].pk},
        "target_days": days,
    }
    draft = drafts.change_draft(journey=journey, values=values, by=by, at=at)
    for name, phase in phases.items():
        wanted = EXITS.get((journey.name, name), {})
        if now := EARLIER.get((journey.name, name)):
            wanted = wanted | {field: new for field, (_old, new) in now.items()}
        if wanted:
            part = phase_part(phase) | wanted
            draft = drafts.put_phase(journey=journey, part=part, by=by, at=at)
    publish_draft(
        journey=journey,
        note=note,
        revision=draft.revision,
        based_on=draft.based_on,
        by=by,
        at=at,
    )


def _now(journey: Journey, phase: Phase) -> str:
    """What a phase is called today."""
    for (name, today), changed in EARLIER.items():
        old, _new = changed.get("name", ("", ""))
        if (name, old) == (journey.name, phase.name):
            return today
    return phase.name


def _draft(by: User, *, at: datetime) -> None:
    """What somebody is working on."""
    name, phase_name, days, measure = DRAFT
    journey = Journey.objects.get(name=name)
    phase = journey.phases.get(name=phase_name)
    part = phase_part(phase) | {"target_days": days}
    drafts.put_phase(journey=journey, part=part, by=by, at=at)
    title, direction, channel = measure
    new = Measure(name=title, direction=direction, channel=channel, team=phase.team)
    drafts.put_measure(
        journey=journey,
        phase_key=str(phase.pk),
        part=measure_part(new),
        by=by,
        at=at,
    )
