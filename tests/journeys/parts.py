"""Parts of a plan, and publishing what was written of them, as people do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from journeys.models import Journey, JourneyVersion, Measure, MeasureCost
from journeys.selectors.snapshots import phase_part
from journeys.selectors.versions import draft_of, latest_number
from journeys.services.publishing import publish_draft
from tests.factories.accounts import MarketerFactory
from tests.factories.campaigns import ContentFactory
from tests.factories.events import EventFactory
from tests.factories.journeys import TrackedLinkFactory
from tests.factories.sequences import SequenceFactory


def part_of(journey: Journey, called: str, /, **values: Any) -> dict[str, Any]:
    return {**phase_part(journey.phases.get(name=called)), **values}


def publish(journey: Journey, who: dict[str, Any], **more: Any) -> JourneyVersion:
    """As somebody does who has looked at the draft just now."""
    draft = draft_of(journey)
    seen = {
        "revision": draft.revision if draft else 0,
        "based_on": latest_number(journey),
    }
    return publish_draft(journey=journey, note="Better", **(seen | who | more))


def furnish(measure: Measure) -> None:
    """Let it cost something, and one of each kind carry it out."""
    in_a_week = timezone.localdate() + timedelta(days=7)
    MeasureCost.objects.create(measure=measure, amount=9, since_date=in_a_week)
    TrackedLinkFactory(measure=measure, created_by=MarketerFactory())
    for factory in (ContentFactory, SequenceFactory, EventFactory):
        factory(measure=measure)
