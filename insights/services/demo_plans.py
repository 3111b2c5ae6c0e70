"""How the demo's journeys came to be what they are: versions, a review, a draft."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from campaigns.models import Sequence
from insights.demo.campaigns import DRAFT as ASLEEP
from insights.demo.plan import DRAFT, EARLIER, EXITS, GOALS, REVIEWS
from journeys.models import Journey, Measure, MeasureCost, Phase
from journeys.plan_costs import cost_part
from journeys.selectors.snapshots import measure_part, phase_part
from journeys.services import drafts
from journeys.services.publishing import publish_draft
from journeys.services.reviews import finish_review, keep_running

PUBLISHED = timedelta(days=30)
DRAFTED = timedelta(days=1)


def let_plans_grow(users: dict[str, User], *, at: datetime, today: datetime) -> None:
    """Publish what the first version lacked, as if a month ago, and go on from there."""
    marketer, published = users["marketer"], today - PUBLISHED
    for journey in Journey.objects.order_by("pk"):
        who, days_ago, note = REVIEWS[journey.name]
        reviewed = today - timedelta(days=days_ago)
        keep_running(
            journey=journey,
            is_active=True,
            owner=marketer,
            review_date=journey.review_date,
            remind_days=7,
            by=marketer,
            at=at,
        )
        # In the order in which it happened: a review is of the version of its day.
        if published < reviewed:
            _publish(journey, by=marketer, at=published)
        finish_review(
            journey=journey,
            due=journey.review_date,
            note=note,
            next_date=journey.review_date,
            by=users[who],
            at=reviewed,
        )
        if reviewed < published:
            _publish(journey, by=marketer, at=published)
    _draft(users["lead"], at=today - DRAFTED)


def as_it_was(journey: str, phase: str) -> dict[str, Any]:
    """What the first version said of a phase that the present one does not."""
    changed = EARLIER.get((journey, phase), {})
    return {field: old for field, (old, _new) in changed.items()}


def _publish(journey: Journey, *, by: User, at: datetime) -> None:
    phases = {called_today(phase): phase for phase in journey.phases.all()}
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


def called_today(phase: Phase) -> str:
    """What a phase of the first version is called now."""
    for (name, today), changed in EARLIER.items():
        old, _new = changed.get("name", ("", ""))
        if (name, old) == (phase.journey.name, phase.name):
            return today
    return phase.name


def _draft(by: User, *, at: datetime) -> None:
    """What somebody is working on."""
    name, phase_name, days, measure, euros = DRAFT
    journey = Journey.objects.get(name=name)
    phase = journey.phases.get(name=phase_name)
    part = phase_part(phase) | {"target_days": days}
    drafts.put_phase(journey=journey, part=part, by=by, at=at)
    title, direction, channel = measure
    new = Measure(name=title, direction=direction, channel=channel, team=phase.team)
    next_month = (at.replace(day=1) + timedelta(days=32)).date().replace(day=1)
    cost = MeasureCost(amount=euros, per=MeasureCost.Per.MONTH, since_date=next_month)
    asleep = Sequence.objects.filter(name=ASLEEP).values_list("pk", flat=True)
    lists = {
        "costs": [cost_part(cost)],
        "carriers": [{"kind": "sequence", "id": pk} for pk in asleep],
    }
    drafts.put_measure(
        journey=journey,
        phase_key=str(phase.pk),
        part=measure_part(new) | lists,
        by=by,
        at=at,
    )
