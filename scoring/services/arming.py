"""Who can become sales-ready anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property

from django.db.models import F

from scoring.counting import DAY, engagement_after
from scoring.models import Crossing, Score, ScoringModel
from scoring.selectors.current import curves_of
from scoring.selectors.evaluation import Evaluation

Mark = tuple[int, datetime]
"""A stale mark's id, and when what it is about was recorded."""


class Newcomers:
    """Scores that a model finds: they were there when it became the one that counts."""

    def __init__(self, scores: Sequence[Score], model: ScoringModel) -> None:
        self.model = model
        since = model.activated_at
        self.ids = {
            score.pk
            for score in scores
            if since is not None
            and score.model_id != model.pk
            and (score.evaluated_at or score.contact.created_at) < since
        }
        others = ScoringModel.objects.exclude(pk=model.pk)
        self.model_is_first = (
            bool(self.ids) and not others.filter(activated_at__lt=since).exists()
        )

    def __contains__(self, contact_id: int) -> bool:
        return contact_id in self.ids

    def known_before(self, score: Score, marks: Sequence[Mark]) -> datetime:
        """Until when what was recorded is not news to the model."""
        if self.model_is_first:
            # Nobody counted before: what there was is what the model found.
            return self.model.activated_at
        return min(at for _pk, at in marks)

    @cached_property
    def handed_off(self) -> set[int]:
        """Those whose present arming was used up by a crossing, not by being seen."""
        crossings = Crossing.objects.filter(
            contact__in=self.ids, arming=F("contact__score__arming")
        )
        return set(crossings.values_list("contact_id", flat=True))


def arm(
    score: Score, evaluation: Evaluation, model: ScoringModel, newcomers: Newcomers
) -> None:
    """Settle whether ``score``, not yet changed, was armed just before this."""
    if not score.is_armed and _cooled(score, evaluation, model):
        score.is_armed = True
        score.arming += 1
    if score.pk not in newcomers:
        return
    if model.existing == ScoringModel.Existing.MARK_SEEN:
        # Who is ready without what is new was so when the model came.
        if evaluation.before is not None and evaluation.before.is_ready:
            score.is_armed = False
    elif not score.is_armed and score.pk not in newcomers.handed_off:
        score.is_armed = True
        score.arming += 1


def _cooled(score: Score, evaluation: Evaluation, model: ScoringModel) -> bool:
    """True if the total, without what is new, has become too low to stay disarmed.

    Without what is new: what was counted last time has become that. Not by the time
    at which interactions were recorded, because of two at once the earlier may be
    committed, hence counted, after the later.
    """
    if score.evaluated_at is None:
        return True
    days = (evaluation.at - score.evaluated_at).total_seconds() / DAY
    engagement = engagement_after(curves_of(score), max(0.0, days))
    return evaluation.now.fit + engagement < model.rearm_at
