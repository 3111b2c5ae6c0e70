"""What journeys does about what it tells itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from journeys.models import Interaction
from journeys.services.telling import announce_interactions
from journeys.signals import interactions_tracked


@receiver(interactions_tracked, dispatch_uid="journeys.announce_interactions")
def tell_programs_elsewhere(
    *, interactions: list[Interaction], at: datetime, **kwargs: Any
) -> None:
    announce_interactions(interactions=interactions, at=at)
