"""Scores as of now, for what a page shows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contacts.models import Contact
from scoring.counting import DAY, Curve, engagement_after
from scoring.grades import grade
from scoring.models import Score, ScoringModel
from scoring.selectors.standing import Standing


@dataclass(frozen=True, slots=True)
class ScoreNow:
    """A contact's score at a moment, without what it consists of."""

    total: float
    fit: float
    engagement: float
    is_ready: bool
    is_armed: bool
    threshold: float
    # How far fit must reach at least; None if that is not asked.
    min_fit: float | None
    min_engagement: float | None
    falls_below_at: datetime | None

    @property
    def grade(self) -> str:
        return grade(fit=self.fit, engagement=self.engagement, threshold=self.threshold)

    def as_json(self) -> dict[str, Any]:
        return {
            "total": self.total,
            "fit": self.fit,
            "engagement": self.engagement,
            "sales_ready": self.is_ready,
        }


def current_scores(
    contacts: Iterable[Contact | int], at: datetime
) -> dict[int, ScoreNow]:
    """Contact id -> score at ``at``, which is not before they were counted last.

    One query for any number of contacts and interactions: a score keeps what it
    consists of as it fades. Those never counted under a model are left out.
    """
    ids = [c if isinstance(c, int) else c.pk for c in contacts]
    scores = Score.objects.filter(pk__in=ids, model__isnull=False)
    return {
        score.pk: score_at(score, score.model, at=at)
        for score in scores.select_related("model")
    }


def total_at(
    fit: float,
    curves: Sequence[Sequence[Any]],
    evaluated_at: datetime | None,
    *,
    at: datetime,
) -> float:
    """The total alone, of what a score's row says: a file of all can afford it."""
    days = _days_since(evaluated_at, at)
    return fit + engagement_after([Curve(*values) for values in curves], days)


def score_at(score: Score, model: ScoringModel, *, at: datetime) -> ScoreNow:
    """What a stored score has become by ``at``."""
    standing = Standing(
        model=model,
        fit=score.fit,
        curves=curves_of(score),
        is_disqualified=score.is_disqualified,
        days=_days_since(score.evaluated_at, at),
    )
    falls = score.falls_below_at
    return ScoreNow(
        total=standing.total,
        fit=standing.fit,
        engagement=standing.engagement,
        is_ready=standing.is_ready,
        is_armed=score.is_armed,
        threshold=model.threshold,
        min_fit=model.min_fit,
        min_engagement=model.min_engagement,
        falls_below_at=falls if falls and falls > at else None,
    )


def _days_since(evaluated_at: datetime | None, at: datetime) -> float:
    if evaluated_at is None or at <= evaluated_at:
        return 0.0
    return (at - evaluated_at).total_seconds() / DAY


def curves_of(score: Score) -> Sequence[Curve]:
    return [Curve(*values) for values in score.curves]
