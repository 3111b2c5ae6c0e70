"""The score in lists of contacts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.columns import Column, register_column
from contacts.exports import Standing, register_standing
from leadhub.templatetags.ui import score_badge
from scoring.selectors.current import ScoreNow, current_scores, total_at

NOTHING_YET = {"total": 0.0, "fit": 0.0, "engagement": 0.0, "sales_ready": False}


def _as_json(score: ScoreNow | None) -> dict[str, Any]:
    return NOTHING_YET if score is None else score.as_json()


def _as_cell(values: Sequence[Any], at: datetime) -> str:
    model_id, fit, curves, evaluated_at = values
    total = 0.0 if model_id is None else total_at(fit, curves, evaluated_at, at=at)
    return f"{total:.2f}"


def _badge(score: ScoreNow | None) -> str:
    if score is None:
        return score_badge(None, None)
    return score_badge(
        score.total,
        score.threshold,
        fit=score.fit,
        min_fit=score.min_fit,
        engagement=score.engagement,
        min_engagement=score.min_engagement,
    )


def register() -> None:
    reads = ["model", "fit", "curves", "evaluated_at"]
    register_standing("score", Standing([f"score__{name}" for name in reads], _as_cell))
    register_column(
        Column(
            name="score",
            label=_("Score"),
            load=current_scores,
            as_json=_as_json,
            draw=_badge,
            css="text-end",
        )
    )
