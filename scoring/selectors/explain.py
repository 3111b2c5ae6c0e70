"""Why a contact has the score that they have, at any moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contacts.models import Contact
from scoring.grades import grade
from scoring.models import Crossing, Score, ScoringModel
from scoring.selectors.evaluation import Evaluation, evaluate
from scoring.selectors.live import live_models


@dataclass(frozen=True)
class Explanation:
    """A contact's score at ``at`` and what it consists of. Without a model: zero."""

    model: ScoringModel | None
    at: datetime
    evaluation: Evaluation | None
    armed: bool

    @property
    def total(self) -> float:
        return self.evaluation.now.total if self.evaluation else 0.0

    @property
    def fit(self) -> float:
        return self.evaluation.now.fit if self.evaluation else 0.0

    @property
    def engagement(self) -> float:
        return self.evaluation.now.engagement if self.evaluation else 0.0

    @property
    def is_ready(self) -> bool:
        return self.evaluation is not None and self.evaluation.now.is_ready

    @property
    def is_disqualified(self) -> bool:
        return self.evaluation is not None and self.evaluation.now.is_disqualified

    @property
    def threshold(self) -> float | None:
        return self.model.threshold if self.model else None

    @property
    def grade(self) -> str | None:
        if self.threshold is None:
            return None
        return grade(fit=self.fit, engagement=self.engagement, threshold=self.threshold)

    @property
    def falls_below_at(self) -> datetime | None:
        return self.evaluation.falls_below_at if self.evaluation else None

    @property
    def contributions(self) -> list[dict[str, Any]]:
        return self.evaluation.contributions() if self.evaluation else []

    def as_json(self) -> dict[str, Any]:
        """As the API gives it. The contributions' points add up to the total."""
        model = self.model
        return {
            "model": {"id": model.pk, "name": model.name} if model else None,
            "at": self.at,
            "fit": self.fit,
            "engagement": self.engagement,
            "total": self.total,
            "threshold": self.threshold,
            "sales_ready": self.is_ready,
            "grade": self.grade,
            "armed": self.armed,
            "falls_below_at": self.falls_below_at,
            "contributions": self.contributions,
        }


def explain(
    contact: Contact, at: datetime, *, model: ScoringModel | None = None
) -> Explanation:
    """The score at ``at``, past or future, counted from the interactions now.

    Fit is that of today: what a contact was like then is not kept. Under ``model``,
    or the one that counts for the contact.
    """
    if model is None:
        model = live_models().for_contacts([contact.pk])[contact.pk]
    if model is None:
        return Explanation(None, at, None, armed=True)
    evaluation = evaluate([contact], model=model, at=at)[contact.pk]
    cooled = evaluation.now.total < model.rearm_at
    return Explanation(model, at, evaluation, armed=cooled or _was_armed(contact, at))


def _was_armed(contact: Contact, at: datetime) -> bool:
    """As stored; before it was stored, True until the first crossing."""
    score = Score.objects.filter(pk=contact.pk).first()
    if score is None:
        return True
    if score.evaluated_at is None or at >= score.evaluated_at:
        return score.is_armed
    return not Crossing.objects.filter(contact=contact, at__lte=at).exists()
