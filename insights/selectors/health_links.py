"""The lists that the numbers of a journey's health are made of."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from insights.selectors.lists import contacts_url
from insights.selectors.periods import Period
from insights.selectors.stays import stalled_since
from journeys.models import Journey, Measure, Phase


def moved_url(journey: Journey, period: Period, **query: str | int) -> str:
    """Who entered a phase of the journey in the period."""
    return contacts_url(
        moved_in=journey.pk,
        moved_since=period.since.isoformat(),
        moved_before=period.until.isoformat(),
        **query,
    )


def way_url(journey: Journey, period: Period, way: Sequence[int]) -> str:
    return moved_url(journey, period, way="-".join(map(str, way)))


def entered_url(phase: Phase, period: Period, **query: str) -> str:
    """Who entered the phase in the period."""
    return contacts_url(
        entered_phase=phase.pk,
        entered_since=period.since.isoformat(),
        entered_before=period.until.isoformat(),
        **query,
    )


def here_url(phase: Phase, at: datetime) -> str:
    """Who is in the phase at that moment."""
    return contacts_url(stayed_in=phase.pk, stayed_until=at.isoformat())


def stalled_url(phase: Phase, at: datetime) -> str:
    """Who is in it then, longer than its target time."""
    return contacts_url(
        stayed_in=phase.pk,
        stayed_since=stalled_since(phase, at).isoformat(),
        stayed_until=at.isoformat(),
    )


def touched_url(measure: Measure, period: Period, **query: str) -> str:
    """Whom the measure touched in the period."""
    return contacts_url(
        touched_by=measure.pk,
        touched_since=period.since.isoformat(),
        touched_before=period.until.isoformat(),
        **query,
    )
