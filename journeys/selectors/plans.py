"""Journeys as their conditions see them: who belongs, and how far they have come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contacts.conditions.evaluation import matches
from contacts.models import Contact
from journeys.models import Journey, Phase


@dataclass(frozen=True, slots=True)
class Plan:
    """A live journey: its segment, and its marketing phases in order."""

    journey: Journey
    marketing: list[Phase]

    @property
    def segment_name(self) -> str:
        return self.journey.segment.name if self.journey.segment else ""

    @property
    def marketing_ids(self) -> set[int]:
        return {phase.pk for phase in self.marketing}

    def belonging(self, contacts: list[Contact], *, at: datetime) -> list[Contact]:
        """Those who are to enter: of its segment, if it has one."""
        segment = self.journey.segment
        if segment is None or not contacts or not self.marketing:
            return []
        belongs = matches(segment.condition, contacts, at=at)
        return [contact for contact in contacts if belongs[contact.pk]]

    def furthest(
        self, contacts: list[Contact], here: dict[int, int], *, at: datetime
    ) -> dict[int, Phase]:
        """Where each of these is to move to, by number; who stays is left out."""
        order = {phase.pk: place for place, phase in enumerate(self.marketing)}
        place_of = {c.pk: order.get(here.get(c.pk, -1), -1) for c in contacts}
        # Who enters is in the first phase, whatever its condition says.
        targets = {c.pk: self.marketing[0] for c in contacts if place_of[c.pk] == -1}
        for place, phase in enumerate(self.marketing):
            if not phase.entry_condition:
                continue
            behind = [c for c in contacts if place_of[c.pk] < place]
            holds = matches(phase.entry_condition, behind, at=at) if behind else {}
            targets |= {pk: phase for pk, is_so in holds.items() if is_so}
        return targets


def live_plans() -> Sequence[Plan]:
    """All live journeys, in the order in which contacts are offered to them."""
    journeys = Journey.objects.live().select_related("segment").order_by("pk")
    phases = Phase.objects.filter(
        journey__in=journeys, stage=Phase.Stage.MARKETING
    ).order_by("journey", "position")
    by_journey: dict[int, list[Phase]] = {}
    for phase in phases:
        by_journey.setdefault(phase.journey_id, []).append(phase)
    return [Plan(journey, by_journey.get(journey.pk, [])) for journey in journeys]
