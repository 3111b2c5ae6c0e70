"""The score as people see it: cut to a whole number."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from math import floor

from scoring.counting import Curve
from scoring.horizon import first_above, first_below
from scoring.models import Score
from scoring.selectors.current import curves_of, score_at

Shown = tuple[int, datetime | None]
"""The whole number, and when it will be another if nothing happens; None: never."""


def shown_scores(
    contact_ids: Collection[int], *, at: datetime, lock: bool = False
) -> dict[int, Shown]:
    """Contact id -> what is shown at ``at``; those never counted are left out.

    ``lock``: nobody counts them again before the transaction is over.
    """
    rows = Score.objects.filter(pk__in=contact_ids, model__isnull=False)
    if lock:
        rows = rows.select_for_update(no_key=True, of=("self",)).order_by("pk")
    return {score.pk: _shown(score, at=at) for score in rows.select_related("model")}


def _shown(score: Score, *, at: datetime) -> Shown:
    total = score_at(score, score.model, at=at).total
    days = max(0.0, (at - (score.evaluated_at or at)) / timedelta(days=1))
    curves = [_later(curve, days) for curve in curves_of(score)]
    points = floor(total)
    moments = [
        first_below(curves, points - score.fit) if score.fit < points else None,
        first_above(curves, points + 1 - score.fit),
    ]
    soonest = min((days for days in moments if days is not None), default=None)
    return points, None if soonest is None else at + timedelta(days=soonest)


def _later(curve: Curve, days: float) -> Curve:
    """As it goes on: what its cap holds back is worth more than it shows."""
    return curve._replace(worth=curve._replace(cap=None).after(days))
