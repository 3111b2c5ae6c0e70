"""What was learned, as the job's result says it and as a page shows it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from contacts.conditions.sentences import describe
from journeys.conditions import describe_when
from scoring.learning.lessons import LEAST_OUTCOMES, Learned, Lesson
from scoring.models import Rule, ScoringModel
from scoring.numbers import shown
from scoring.selectors.examples import MAX_PER_DAY, MAX_TIMES, Examples
from scoring.selectors.learnable import BEHAVIOR, fields_named
from scoring.selectors.outcomes import Named, outcome_label

NAME_LENGTH = 120
# A rule that so nearly always goes with the outcome is worth a second look.
NEARLY_ALL = 0.95


def as_result(
    lesson: Lesson,
    examples: Examples,
    *,
    outcome: Named,
    with_behavior: bool,
) -> dict[str, Any]:
    """As JSON: ``rules`` as they can be posted, ``evidence`` of each beside it."""
    pairs = [(_rule(examples, one), _evidence(examples, one)) for one in lesson.rules]
    labels = {spec.name: str(spec.label) for spec in fields_named([*lesson.alone])}
    labels[BEHAVIOR] = _("What contacts did")
    is_timeless = with_behavior and isinstance(outcome, dict)
    return {
        "outcome": outcome_label(outcome),
        "n": len(examples),
        "with_outcome": examples.with_outcome,
        "learned_from": lesson.learned_from,
        "rules": [rule for rule, _evidence_of in pairs],
        "evidence": [evidence for _rule_of, evidence in pairs],
        "auc": lesson.auc,
        "auc_error": lesson.error,
        "threshold": lesson.threshold,
        "cuts": [
            {
                "threshold": cut.threshold,
                "share": cut.share,
                "precision": cut.precision,
                "recall": cut.recall,
            }
            for cut in lesson.cuts
        ],
        "fields": [
            {
                "field": name,
                "label": labels.get(name, name),
                "auc": auc,
                "is_left_out": name in lesson.suspects,
            }
            for name, auc in sorted(lesson.alone.items(), key=lambda one: -one[1])
        ],
        "behavior_left_out": is_timeless,
        "reason": _reason(lesson, examples),
    }


def _reason(lesson: Lesson, examples: Examples) -> str:
    """Why nothing is offered; nothing if something is."""
    if lesson.rules:
        return ""
    if lesson.is_short_of == "with":
        sentence = _(
            "Only %(count)d of these contacts had the outcome. Under %(least)d of each "
            "kind chance would be taken for a rule, so none is offered."
        )
        count = examples.with_outcome
        return sentence % {"count": count, "least": LEAST_OUTCOMES}
    if lesson.is_short_of == "without":
        sentence = _(
            "Only %(count)d of these contacts did not have the outcome. Under %(least)d "
            "of each kind chance would be taken for a rule, so none is offered."
        )
        count = len(examples) - examples.with_outcome
        return sentence % {"count": count, "least": LEAST_OUTCOMES}
    return _("None of these fields tells who has the outcome.")


def _rule(examples: Examples, one: Learned) -> dict[str, Any]:
    candidate = examples.candidates[one.place]
    rule: dict[str, Any] = {
        "dimension": candidate.dimension,
        "name": rule_name(candidate.dimension, candidate.when),
        "points": one.points,
        "when": candidate.when,
    }
    if candidate.dimension == Rule.Dimension.ENGAGEMENT:
        rule["max_per_day"] = MAX_PER_DAY
        rule["max_points"] = MAX_TIMES * abs(one.points)
    return rule


def rule_name(dimension: str, when: dict[str, Any]) -> str:
    """The condition in words, as long as a rule's name may be."""
    is_fit = dimension == Rule.Dimension.FIT
    words = " ".join((describe(when) if is_fit else describe_when(when)).split())
    if len(words) > NAME_LENGTH:
        words = words[: NAME_LENGTH - 1].rstrip() + "…"
    return words


def _evidence(examples: Examples, one: Learned) -> dict[str, Any]:
    held, had = examples.evidence(one.place)
    others = len(examples) - held
    return {
        "with": held,
        "without": others,
        "rate_with": had / held,
        "rate_without": (examples.with_outcome - had) / others,
        "points_low": one.range.low,
        "points_high": one.range.high,
        "same_sign": one.range.same_sign,
        "folds": one.folds,
        "is_nearly_all": had / held >= NEARLY_ALL,
    }


@dataclass(frozen=True, slots=True)
class LessonRow:
    """A learned rule as a page shows it. ``ours``: the model's points for the same."""

    place: int
    rule: dict[str, Any]
    evidence: dict[str, Any]
    points: str
    is_taken: bool
    ours: float | None

    @property
    def is_unsure(self) -> bool:
        """With other contacts it might count the other way."""
        return self.evidence["points_low"] <= 0 <= self.evidence["points_high"]


def lesson_rows(
    result: Mapping[str, Any], model: ScoringModel, *, post: Mapping[str, str]
) -> list[LessonRow]:
    """The learned rules beside the model's own, as typed if that was refused."""
    ours = {_about(rule.dimension, rule.when): rule for rule in model.rules.all()}
    rows = []
    for place, rule in enumerate(result["rules"]):
        same = ours.get(_about(rule["dimension"], rule["when"]))
        rows.append(
            LessonRow(
                place=place,
                rule=rule,
                evidence=result["evidence"][place],
                points=post.get(f"points-{place}", shown(rule["points"])),
                is_taken=f"take-{place}" in post if post else True,
                ours=same.points if same else None,
            )
        )
    return rows


def own_rows(result: Mapping[str, Any], model: ScoringModel) -> list[Rule]:
    """Rules of the model that are on, and that nothing like was learned."""
    learned = {_about(rule["dimension"], rule["when"]) for rule in result["rules"]}
    return [
        rule
        for rule in model.rules.all()
        if rule.is_on and _about(rule.dimension, rule.when) not in learned
    ]


def _about(dimension: str, when: Any) -> str:
    return f"{dimension} {json.dumps(when, sort_keys=True)}"
