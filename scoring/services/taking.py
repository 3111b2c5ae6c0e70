"""Taking learned rules into a draft: the only way they ever count."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Job, User
from leadhub.errors import DomainError, InvalidValue
from scoring.models import ScoringModel
from scoring.services.models import create_model, update_model
from scoring.services.validation import as_data

NEW, THIS = "new", "this"


class NothingLearned(DomainError):
    code = "nothing_learned"


class NoRuleTaken(InvalidValue):
    code = "no_rule_taken"
    attr = "rules"


@transaction.atomic
def take_learned_rules(
    *,
    model: ScoringModel,
    job: Job,
    points: Mapping[int, Any],
    into: str,
    by: User | None,
    at: datetime,
) -> ScoringModel:
    """Put some of the rules that ``job`` learned for ``model`` into a draft.

    ``points``: place among the learned rules -> the points it is to have. ``into``
    "new": a draft like the model, with these rules alone, as they were tested. "this":
    the draft itself; where it has a rule with the same condition only the points of
    that change, so nothing counts twice.

    Raises ``NothingLearned``, ``NoRuleTaken``, ``ModelIsActive`` ("this", of one that
    is live), or ``InvalidModel``.
    """
    model = ScoringModel.objects.with_rules().get(pk=model.pk)
    is_ours = job.kind == Job.Kind.LEARN and job.params.get("model") == model.pk
    if not is_ours or job.status != Job.Status.DONE or not job.result:
        raise NothingLearned(_("Nothing has been learned yet."))
    offered = job.result["rules"]
    chosen = [
        _with_points(rule, points[place])
        for place, rule in enumerate(offered)
        if place in points
    ]
    if not chosen:
        raise NoRuleTaken(_("Choose at least one rule."))
    if into == NEW:
        data = {
            "name": _("%(name)s, learned") % {"name": model.name[:80]},
            "journey": model.journey,
            "threshold": model.threshold,
            "half_life_days": model.half_life_days,
            "rules": chosen,
        }
        return create_model(data=data, by=by, at=at)
    if into != THIS:
        raise InvalidValue(_("Choose new or this."), attr="into")
    rules = [as_data(rule) for rule in model.rules.all()]
    for rule in chosen:
        same = [old for old in rules if _about(old) == _about(rule)]
        for old in same:
            old |= {"points": rule["points"], "is_on": True}
        if not same:
            rules.append(rule)
    return update_model(model=model, data={"rules": rules}, by=by, at=at)


def _about(rule: Mapping[str, Any]) -> tuple[str, Any]:
    return rule["dimension"], rule["when"]


def _with_points(rule: Mapping[str, Any], points: Any) -> dict[str, Any]:
    """The cap goes with the points: as many times them as it was learned with."""
    changed = {**rule, "points": points}
    is_number = isinstance(points, int | float) and not isinstance(points, bool)
    if "max_points" in rule and is_number and points:
        changed["max_points"] = abs(points / rule["points"]) * rule["max_points"]
    return changed
