"""Writing scoring models. Publishing one is in ``activation``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from leadhub.errors import DomainError
from scoring.models import Rule, ScoringModel
from scoring.services.validation import InvalidModel, checked_model, checked_rules


class ModelIsActive(DomainError):
    code = "model_is_active"


class ModelHasHistory(DomainError):
    code = "model_has_history"


@transaction.atomic
def create_model(
    *, data: Mapping[str, Any], by: User | None, at: datetime
) -> ScoringModel:
    """Make a draft. It rates nobody until it is activated.

    ``data``: ``name``, ``threshold``, ``rearm_below``, ``min_fit``,
    ``min_engagement``, ``half_life_days``, ``journey`` and ``rules``, a list of
    ``dimension name points when half_life_days max_per_day max_points disqualifies
    is_on``. A rule without the key ``half_life_days`` takes the model's; with None it
    never fades. Two models may have one name, as may two rules.

    Raises ``InvalidModel`` or ``InvalidCondition``, naming the field.
    """
    columns = checked_model({"name": None, **data})
    model = ScoringModel(
        **columns, created_by=by, created_at=at, updated_at=at, updated_by=by
    )
    _check_whole(model)
    model.save(force_insert=True)
    _put_rules(model, data.get("rules", ()))
    return model


@transaction.atomic
def update_model(
    *, model: ScoringModel, data: Mapping[str, Any], by: User | None, at: datetime
) -> ScoringModel:
    """Change what ``data`` tells of a draft; ``rules`` replaces all of its rules.

    A model that is live is only ever renamed: scores would change without a word.
    Raises ``ModelIsActive``, or as ``create_model`` does.
    """
    model = ScoringModel.objects.select_for_update(no_key=True).get(pk=model.pk)
    columns = checked_model(data)
    if model.is_active and (set(columns) - {"name"} or "rules" in data):
        raise ModelIsActive(
            _("This model is live. Change a copy of it and publish that.")
        )
    for attr, value in columns.items():
        setattr(model, attr, value)
    _check_whole(model)
    model.updated_at, model.updated_by = at, by
    model.save(update_fields=[*columns, "updated_at", "updated_by"])
    if "rules" in data:
        model.rules.all().delete()
        _put_rules(model, data["rules"])
    return model


@transaction.atomic
def copy_model(
    *,
    model: ScoringModel,
    by: User | None,
    at: datetime,
    name: str = "",
    threshold: Any = None,
) -> ScoringModel:
    """Make a draft that is like ``model``: the way to change one that is live.

    ``threshold`` if it is to have another. Raises ``InvalidModel``.
    """
    columns = {} if threshold is None else checked_model({"threshold": threshold})
    rules = list(model.rules.order_by("position", "pk"))
    copy = ScoringModel(
        name=(name or _("%(name)s, draft") % {"name": model.name})[:100],
        journey_id=model.journey_id,
        threshold=columns.get("threshold", model.threshold),
        rearm_below=model.rearm_below,
        min_fit=model.min_fit,
        min_engagement=model.min_engagement,
        half_life_days=model.half_life_days,
        created_by=by,
        created_at=at,
        updated_at=at,
        updated_by=by,
    )
    _check_whole(copy)
    copy.save(force_insert=True)
    for rule in rules:
        rule.pk = None
        rule.scoring_model = copy
    Rule.objects.bulk_create(rules)
    return copy


@transaction.atomic
def delete_model(*, model: ScoringModel, by: User | None, at: datetime) -> None:
    """Throw a draft away.

    Raises ``ModelIsActive``, or ``ModelHasHistory`` if contacts became sales-ready
    by it: their crossings say so, and are kept.
    """
    model = ScoringModel.objects.select_for_update(no_key=True).get(pk=model.pk)
    if model.is_active:
        raise ModelIsActive(_("This model is live. Publish another one first."))
    if model.crossing_set.exists():
        raise ModelHasHistory(
            _("Contacts became sales-ready by this model, so it is kept.")
        )
    model.delete()


def _check_whole(model: ScoringModel) -> None:
    if model.rearm_below is not None and model.rearm_below > model.threshold:
        sentence = _("This must not be above the threshold.")
        raise InvalidModel(sentence, attr="rearm_below")


def _put_rules(model: ScoringModel, items: Sequence[Mapping[str, Any]]) -> None:
    rules = checked_rules(items)
    for rule in rules:
        rule.scoring_model = model
    Rule.objects.bulk_create(rules)
