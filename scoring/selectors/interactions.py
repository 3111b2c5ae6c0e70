"""The interactions behind a line of a score."""

from __future__ import annotations

from datetime import datetime

from contacts.models import Contact
from journeys.conditions import interaction_q
from journeys.models.interaction import InteractionQuerySet
from scoring.models import Rule


def interactions_of_rule(
    interactions: InteractionQuerySet, contact: Contact, rule: Rule, *, at: datetime
) -> InteractionQuerySet:
    """Those that the engagement rule is about, until ``at``, the latest first."""
    if rule.dimension != Rule.Dimension.ENGAGEMENT:
        return interactions.none()
    theirs = interactions.by_people().filter(contact=contact, occurred_at__lte=at)
    return theirs.filter(interaction_q(rule.when)).order_by("-occurred_at", "-pk")
