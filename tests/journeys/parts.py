"""Parts of a plan, and publishing what was written of them, as people do."""

from __future__ import annotations

from typing import Any

from journeys.models import Journey, JourneyVersion
from journeys.selectors.snapshots import phase_part
from journeys.selectors.versions import draft_of, latest_number
from journeys.services.publishing import publish_draft


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
