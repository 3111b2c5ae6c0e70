"""Journeys as their conditions see them: who belongs, and how far they have come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from contacts.conditions.evaluation import matches
from contacts.models import Contact
from journeys.models import Journey, Phase, PhaseVisit
from journeys.models.version import JourneyGoal


@dataclass(frozen=True, slots=True)
class Plan:
    """A live journey: its segment, and its phases in order."""

    journey: Journey
    phases: list[Phase]

    @property
    def segment_name(self) -> str:
        return self.journey.segment.name if self.journey.segment else ""

    @property
    def marketing(self) -> list[Phase]:
        return [p for p in self.phases if p.stage == Phase.Stage.MARKETING]

    @property
    def goes_on(self) -> bool:
        """Whether sales has phases in it, which only a handoff leads to."""
        return len(self.marketing) < len(self.phases)

    def belonging(self, contacts: list[Contact], *, at: datetime) -> list[Contact]:
        """Those who are to enter: of its segment, if it has one, and never in it yet."""
        segment = self.journey.segment
        if segment is None or not contacts or not self.marketing:
            return []
        belongs = matches(segment.condition, contacts, at=at)
        found = [contact for contact in contacts if belongs[contact.pk]]
        if not found:
            return []
        visits = PhaseVisit.objects.filter(phase__journey=self.journey)
        were = set(
            visits.filter(contact__in=found).values_list("contact_id", flat=True)
        )
        return [contact for contact in found if contact.pk not in were]

    def reached(self, contacts: list[Contact], *, at: datetime) -> list[int]:
        """Those who have reached its goal now and had not before."""
        if not self.journey.goal or not contacts:
            return []
        goals = JourneyGoal.objects.filter(journey=self.journey, contact__in=contacts)
        before = set(goals.values_list("contact_id", flat=True))
        others = [contact for contact in contacts if contact.pk not in before]
        holds = matches(self.journey.goal, others, at=at) if others else {}
        return [pk for pk, is_so in holds.items() if is_so]

    def furthest(
        self, contacts: list[Contact], here: dict[int, int], *, at: datetime
    ) -> dict[int, Phase | None]:
        """Where each of these is to move to, by number; who stays is left out.

        First the furthest later phase whose entry condition holds, then on from there
        as long as exit conditions hold. None: out of the journey.
        """
        marketing = self.marketing
        order = {phase.pk: place for place, phase in enumerate(marketing)}
        place_of = {c.pk: order.get(here.get(c.pk, -1), -1) for c in contacts}
        # Who enters is in the first phase, whatever its condition says.
        goes_to = {pk: max(place, 0) for pk, place in place_of.items()}
        for place, phase in enumerate(marketing):
            if phase.entry_condition:
                behind = [c for c in contacts if place_of[c.pk] < place]
                goes_to |= dict.fromkeys(_who(phase.entry_condition, behind, at), place)
        left: set[int] = set()
        for place, phase in enumerate(marketing):
            if not phase.exit_condition:
                continue
            there = [c for c in contacts if goes_to[c.pk] == place]
            done = _who(phase.exit_condition, there, at)
            is_last = place + 1 == len(marketing)
            if phase.exit_leads == Phase.ExitLeads.OUT or (
                is_last and not self.goes_on
            ):
                left |= set(done)
            elif not is_last:
                goes_to |= dict.fromkeys(done, place + 1)
        moved = {
            pk: marketing[place]
            for pk, place in goes_to.items()
            if place != place_of[pk] and pk not in left
        }
        return moved | dict.fromkeys(left)


def _who(
    condition: dict[str, object], contacts: list[Contact], at: datetime
) -> list[int]:
    """The numbers of those for whom it holds."""
    holds = matches(condition, contacts, at=at) if contacts else {}
    return [pk for pk, is_so in holds.items() if is_so]


def live_plans() -> Sequence[Plan]:
    """All live journeys, in the order in which contacts are offered to them."""
    journeys = Journey.objects.live().select_related("segment").order_by("pk")
    phases = Phase.objects.filter(journey__in=journeys).order_by("journey", "position")
    by_journey: dict[int, list[Phase]] = {}
    for phase in phases:
        by_journey.setdefault(phase.journey_id, []).append(phase)
    return [Plan(journey, by_journey.get(journey.pk, [])) for journey in journeys]
