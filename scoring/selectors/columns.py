"""The score in lists of contacts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from contacts.columns import Column, register_column
from scoring.selectors.current import ScoreNow, current_scores

NOTHING_YET = {"total": 0.0, "fit": 0.0, "engagement": 0.0, "sales_ready": False}


def _as_json(score: ScoreNow | None) -> dict[str, Any]:
    return NOTHING_YET if score is None else score.as_json()


def register() -> None:
    register_column(
        Column(
            name="score",
            label=_("Score"),
            load=current_scores,
            as_json=_as_json,
            template="scoring/_score_cell.html",
        )
    )
