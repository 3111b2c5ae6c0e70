"""Finding scores and crossings that are not what they must be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta
from math import fsum

from django.db.models import Exists, OuterRef
from django.utils.timezone import get_default_timezone

from journeys.conditions import parse_when
from journeys.models import Interaction
from scoring.decay import faded_points
from scoring.models import Crossing, Score, ScoringModel, StaleMark
from scoring.selectors.activity import engagement_rules, fit_rules
from scoring.selectors.fitness import rules_that_hold
from scoring.selectors.live import live_models

SCORES_PER_READ = 200
TOLERANCE = 1e-6


def wrong_scores() -> Iterator[str]:
    """Scores without a mark that are not what their contacts' interactions come to.

    Counted anew from the rows, by other code than the scorer's, as of the moment at
    which each was counted. One sentence each, with numbers instead of names.
    """
    marks = StaleMark.objects.filter(contact=OuterRef("pk"))
    settled = Score.objects.filter(~Exists(marks), evaluated_at__isnull=False)
    settled = settled.select_related("contact").order_by("pk")
    after = 0
    while scores := list(settled.filter(pk__gt=after)[:SCORES_PER_READ]):
        after = scores[-1].pk
        models = live_models().for_contacts([score.pk for score in scores])
        for sentence, score in _compared(scores, models):
            # Something may have happened since the score was read.
            same = settled.filter(pk=score.pk, evaluated_at=score.evaluated_at)
            if same.exists():
                yield sentence


def _compared(
    scores: Sequence[Score], models: dict[int, ScoringModel | None]
) -> Iterator[tuple[str, Score]]:
    interactions = defaultdict(list)
    rows = Interaction.objects.by_people().filter(contact__in=[s.pk for s in scores])
    for row in rows.iterator(chunk_size=2_000):
        interactions[row.contact_id].append(row)
    for score in scores:
        model = models[score.pk]
        if score.model_id != (model.pk if model else None):
            yield f"Contact {score.pk}: counted under model {score.model_id}.", score
            continue
        fit, engagement = _recounted(score, model, interactions[score.pk])
        for name, expected in (
            ("fit", fit),
            ("engagement", engagement),
            ("total", fit + engagement),
        ):
            stored = getattr(score, name)
            if abs(stored - expected) > TOLERANCE:
                yield f"Contact {score.pk}: {name} {stored}, not {expected}.", score
        if model and score.is_ready != _is_ready(score, model, fit, engagement):
            yield f"Contact {score.pk}: ready is {score.is_ready}.", score


def _recounted(
    score: Score, model: ScoringModel | None, interactions: Sequence[Interaction]
) -> tuple[float, float]:
    if model is None:
        return 0.0, 0.0
    at = score.evaluated_at
    held = rules_that_hold(fit_rules(model), [score.contact], at=at)[score.pk]
    worths = []
    for rule in engagement_rules(model):
        days = (
            model.half_life_days if rule.uses_model_half_life else rule.half_life_days
        )
        holds = parse_when(rule.when).holds
        worths.append(
            faded_points(
                [row.occurred_at for row in interactions if holds(row)],
                at=at,
                points=rule.points,
                half_life=None if days is None else timedelta(days=days),
                max_per_day=rule.max_per_day,
                max_points=rule.max_points,
                zone=get_default_timezone(),
            )
        )
    return fsum(rule.points for rule in held), max(0.0, fsum(worths))


def _is_ready(score: Score, model: ScoringModel, fit: float, engagement: float) -> bool:
    if abs(fit + engagement - model.threshold) <= TOLERANCE:
        return score.is_ready  # too close to tell by other code
    return (
        not score.is_disqualified
        and fit + engagement >= model.threshold
        and fit >= (model.min_fit if model.min_fit is not None else fit)
        and engagement
        >= (model.min_engagement if model.min_engagement is not None else engagement)
    )


def wrong_crossings() -> Iterator[str]:
    """Leads that are ready and reached nobody."""
    marks = StaleMark.objects.filter(contact=OuterRef("pk"))
    waiting = Score.objects.filter(~Exists(marks), is_ready=True, is_armed=True)
    for pk in waiting.order_by("pk").values_list("pk", flat=True).iterator():
        yield f"Contact {pk}: ready and armed, and nobody was told."
    # A crossing opens a handoff, or is noted on the one that is open.
    alone = Crossing.objects.filter(handoff_event=None)
    for pk, contact_id in alone.order_by("pk").values_list("pk", "contact_id"):
        yield f"Contact {contact_id}: crossing {pk} has no handoff."
