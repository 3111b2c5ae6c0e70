"""What we plan and what happens. Django finds models here; import from their module."""

from journeys.models.cost import MeasureCost
from journeys.models.interaction import Interaction
from journeys.models.journey import Journey, Measure, Phase, PhaseVisit
from journeys.models.link import TrackedLink
from journeys.models.team import Team, TeamMember
from journeys.models.version import (
    JourneyDraft,
    JourneyGoal,
    JourneyReview,
    JourneyVersion,
)
from journeys.models.visitor import AnonymousView, DailySalt, Visitor

__all__ = [
    "AnonymousView",
    "DailySalt",
    "Interaction",
    "Journey",
    "JourneyDraft",
    "JourneyGoal",
    "JourneyReview",
    "JourneyVersion",
    "Measure",
    "MeasureCost",
    "Phase",
    "PhaseVisit",
    "Team",
    "TeamMember",
    "TrackedLink",
    "Visitor",
]
