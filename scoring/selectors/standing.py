"""How a contact stands by the two dimensions and the model's limits."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum

from scoring.counting import Curve
from scoring.models import ScoringModel


def is_ready(
    model: ScoringModel,
    *,
    fit: float,
    engagement: float,
    is_disqualified: bool,
    threshold: float | None = None,
) -> bool:
    """Whether that is sales-ready; nothing is rounded. ``threshold`` if not its own."""
    return (
        not is_disqualified
        and fit + engagement >= (model.threshold if threshold is None else threshold)
        and (model.min_fit is None or fit >= model.min_fit)
        and (model.min_engagement is None or engagement >= model.min_engagement)
    )


class Standing:
    """Fit and engagement at one moment under a model, and what follows from them."""

    def __init__(
        self,
        *,
        model: ScoringModel,
        fit: float,
        curves: Sequence[Curve],
        is_disqualified: bool,
        days: float = 0.0,
    ) -> None:
        self.model = model
        self.fit = fit
        self.is_disqualified = is_disqualified
        self.worths = [curve.after(days) for curve in curves]
        self.unfloored = fsum(self.worths)
        self.engagement = max(0.0, self.unfloored)
        self.total = self.fit + self.engagement

    @property
    def is_ready(self) -> bool:
        return is_ready(
            self.model,
            fit=self.fit,
            engagement=self.engagement,
            is_disqualified=self.is_disqualified,
        )
