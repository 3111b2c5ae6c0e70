"""The rules of a model as a page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from contacts.conditions.sentences import describe_each
from journeys.conditions import describe_when
from scoring.models import Rule, Score, ScoringModel
from scoring.numbers import shown
from scoring.selectors.preview import times_fired


def ready_by_model() -> dict[int, int]:
    """Model id -> contacts that are sales-ready by it."""
    ready = Score.objects.filter(is_ready=True).order_by().values_list("model")
    return dict(ready.annotate(contacts=Count("pk")))


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One line of the table; its fields as text, as typed if that was refused."""

    place: int
    rule: Rule
    sentence: str
    fired: int | None
    points: str
    half_life: str
    max_per_day: str
    max_points: str
    is_on: bool


def rule_rows(
    model: ScoringModel, *, at: datetime, post: Mapping[str, str]
) -> list[RuleRow]:
    """In their order, each with its condition in words. Prefetch the rules."""
    rules = list(model.rules.all())
    fit = [rule for rule in rules if rule.dimension == Rule.Dimension.FIT]
    in_words = describe_each(rule.when for rule in fit)
    sentences = {rule.pk: text for rule, text in zip(fit, in_words, strict=True)}
    fired = times_fired(model, at=at)
    return [
        RuleRow(
            place=place,
            rule=rule,
            sentence=sentences.get(rule.pk) or describe_when(rule.when),
            fired=fired.get(rule.pk),
            points=post.get(f"points-{place}", shown(rule.points)),
            half_life=post.get(f"half_life-{place}", _half_life(rule)),
            max_per_day=post.get(f"max_per_day-{place}", shown(rule.max_per_day)),
            max_points=post.get(f"max_points-{place}", shown(rule.max_points)),
            is_on=f"is_on-{place}" in post if post else rule.is_on,
        )
        for place, rule in enumerate(rules)
    ]


def _half_life(rule: Rule) -> str:
    if rule.uses_model_half_life:
        return ""
    return shown(rule.half_life_days) or "never"
