"""Which model counts for whom."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from journeys.models import PhaseVisit
from scoring.models import ScoringModel


@dataclass(frozen=True, slots=True)
class LiveModels:
    """The active models with their rules: the default, and those of journeys."""

    default: ScoringModel | None
    by_journey: dict[int, ScoringModel]

    def for_contacts(
        self, contact_ids: Collection[int]
    ) -> dict[int, ScoringModel | None]:
        """That of the journey a contact is in, else the default."""
        models = dict.fromkeys(contact_ids, self.default)
        if self.by_journey:
            visits = PhaseVisit.objects.filter(
                contact_id__in=contact_ids,
                left_at=None,
                phase__journey_id__in=self.by_journey,
            )
            for contact_id, journey_id in visits.values_list(
                "contact_id", "phase__journey_id"
            ):
                models[contact_id] = self.by_journey[journey_id]
        return models


def live_models() -> LiveModels:
    """The active models, read now."""
    active = ScoringModel.objects.active().with_rules()
    by_journey = {model.journey_id: model for model in active}
    return LiveModels(default=by_journey.pop(None, None), by_journey=by_journey)
