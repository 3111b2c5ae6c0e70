"""A small house in which every KPI has something to count, for two reps."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from journeys.models import MeasureCost, TeamMember
from sales.models import DealEvent
from tests.factories.accounts import LeadFactory, RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import (
    InteractionFactory,
    JourneyFactory,
    MeasureFactory,
    PhaseFactory,
    PhaseVisitFactory,
    TeamFactory,
)
from tests.factories.sales import CrossingFactory, DealFactory, HandoffFactory
from tests.factories.scoring import ScoreFactory


@dataclass
class House:
    """Who looks, and by what figures can be narrowed."""

    lead: Any = field(default_factory=LeadFactory)
    rep: Any = field(default_factory=RepFactory)
    other: Any = field(default_factory=RepFactory)
    team: Any = field(default_factory=TeamFactory)
    journey: Any = field(default_factory=JourneyFactory)

    def __post_init__(self) -> None:
        self.now = timezone.now()
        first = PhaseFactory(journey=self.journey, position=1)
        second = PhaseFactory(journey=self.journey, position=2)
        self.phases = [first, second]
        self.measure = MeasureFactory(phase=first)
        elsewhere = MeasureFactory()
        for measure, amount in ((self.measure, 600), (elsewhere, 90)):
            MeasureCost.objects.create(
                measure=measure,
                amount=amount,
                since_date=timezone.localdate(self.ago(5)),
            )
        TeamMember.objects.create(team=self.team, user=self.rep)
        for number, days in enumerate((3, 4, 6, 9, 40)):
            rep = self.rep if number % 2 else self.other
            contact = ContactFactory(owner=rep, created_at=self.ago(days))
            measure = self.measure if number < 3 else elsewhere
            InteractionFactory(
                contact=contact,
                occurred_at=self.ago(days),
                measure=measure,
                is_machine=False,
            )
            self._visits(contact, number, days)
            self._handoff(contact, number, rep)
            self._deal(contact, number, rep)
            ScoreFactory(contact=contact, is_ready=number < 2)
            CrossingFactory(contact=contact, at=self.ago(days), arming=1)

    def add(self, days: int) -> None:
        """One more of each, of the rep."""
        contact = ContactFactory(owner=self.rep, created_at=self.ago(days))
        self._visits(contact, 1, days + 2)
        self._handoff(contact, 1, self.rep)
        self._deal(contact, 1, self.rep)

    def ago(self, days: float) -> Any:
        return self.now - timedelta(days=days)

    def _visits(self, contact: Any, number: int, days: int) -> None:
        if number == 3:
            return  # never on this journey
        left = self.ago(days - 2) if number < 2 else None
        PhaseVisitFactory(
            contact=contact,
            phase=self.phases[0],
            entered_at=self.ago(days),
            left_at=left,
        )
        if left:
            PhaseVisitFactory(contact=contact, phase=self.phases[1], entered_at=left)

    def _handoff(self, contact: Any, number: int, rep: Any) -> None:
        offered = self.ago(2.5 + number)
        common = {
            "contact": contact,
            "assignee": rep,
            "team": self.team if number < 2 else None,
            "offered_at": offered,
            "accept_by": offered + timedelta(hours=4),
        }
        if number in (2, 4):
            HandoffFactory(
                status="declined", decline_reason="not_ready", rating=2, **common
            )
            return
        accepted = offered + timedelta(hours=3 + number)
        HandoffFactory(
            status="closed",
            accepted_at=accepted,
            touch_by=accepted + timedelta(hours=8),
            touched_at=accepted + timedelta(hours=1),
            rating=5 - number,
            **common,
        )
        InteractionFactory(
            contact=contact,
            kind="call_outbound",
            occurred_at=accepted + timedelta(hours=1),
        )

    def _deal(self, contact: Any, number: int, rep: Any) -> None:
        status = ("won", "won", "lost", "open", "won")[number]
        deal = DealFactory(
            contact=contact,
            owner=rep,
            team=self.team if number < 2 else None,
            value=100 * (number + 1),
            stage="offer",
            status=status,
            reason="price" if status == "lost" else "",
            opened_at=self.ago(12 + number),
            closed_at=None if status == "open" else self.ago(1),
        )
        DealEvent.objects.create(
            deal=deal, kind=DealEvent.Kind.ANALYZED, at=self.ago(8 + number), stage="x"
        )
