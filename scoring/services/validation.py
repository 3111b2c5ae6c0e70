"""What a scoring model may consist of."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from contacts.conditions.validation import validate
from journeys.conditions import validate_when
from leadhub.errors import InvalidValue
from scoring.models import Rule

MAX_RULES = 200
MAX_POINTS = 1_000_000
MAX_DAYS = 36_500
# Numbers of a model by name: must they be positive, may they be left empty?
NUMBERS = {
    "threshold": (True, False),
    "half_life_days": (True, False),
    "rearm_below": (False, True),
    "min_fit": (False, True),
    "min_engagement": (False, True),
}
MODEL_FIELDS = frozenset({"name", "journey", "rules", *NUMBERS})
RULE_FIELDS = frozenset(
    "dimension name points when half_life_days max_per_day max_points disqualifies"
    " is_on".split()
)


class InvalidModel(InvalidValue):
    code = "invalid_model"


def checked_name(value: Any, *, length: int, attr: str = "name") -> str:
    name = value.strip() if isinstance(value, str) else ""
    if not name:
        raise InvalidModel(_("Give it a name."), attr=attr)
    if len(name) > length or not name.isprintable():
        sentence = _("Use at most %(length)d characters, all of them printable.")
        raise InvalidModel(sentence % {"length": length}, attr=attr)
    return name


def checked_number(
    value: Any, *, attr: str, positive: bool = False, limit: float = MAX_POINTS
) -> float:
    """A finite number within reason; positive if that is asked."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InvalidModel(_("This must be a number."), attr=attr)
    if not (isinstance(value, int) or math.isfinite(value)) or abs(value) > limit:
        sentence = _("This must be a number of at most %(limit)d.")
        raise InvalidModel(sentence % {"limit": limit}, attr=attr)
    if positive and value <= 0:
        raise InvalidModel(_("This must be more than zero."), attr=attr)
    return float(value)


def checked_model(data: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a model that ``data`` tells, checked one by one."""
    for attr in data:
        if attr not in MODEL_FIELDS:
            raise InvalidModel(_("There is no such field."), attr=str(attr)[:80])
    columns: dict[str, Any] = {}
    if "name" in data:
        columns["name"] = checked_name(data["name"], length=100)
    for attr, (positive, optional) in NUMBERS.items():
        if attr not in data:
            continue
        if data[attr] is None and optional:
            columns[attr] = None
            continue
        limit = MAX_DAYS if attr == "half_life_days" else MAX_POINTS
        columns[attr] = checked_number(
            data[attr], attr=attr, positive=positive, limit=limit
        )
    if "journey" in data:
        columns["journey"] = data["journey"]
    return columns


def checked_rules(items: Sequence[Mapping[str, Any]]) -> list[Rule]:
    """Unsaved rules in their order. Refusals name the rule: ``rules.2.points``."""
    if isinstance(items, str) or not isinstance(items, Sequence):
        raise InvalidModel(_("This must be a list."), attr="rules")
    if len(items) > MAX_RULES:
        sentence = _("A model has at most %(count)d rules.")
        raise InvalidModel(sentence % {"count": MAX_RULES}, attr="rules")
    return [checked_rule(item, position) for position, item in enumerate(items)]


def checked_rule(item: Mapping[str, Any], position: int) -> Rule:
    where = f"rules.{position}"
    if not isinstance(item, Mapping):
        raise InvalidModel(_("A rule is an object."), attr=where)
    for attr in item:
        if attr not in RULE_FIELDS:
            attr = f"{where}.{attr}"[:80]
            raise InvalidModel(_("There is no such field."), attr=attr)
    dimension = item.get("dimension")
    if dimension not in Rule.Dimension.values:
        sentence = _("Choose fit or engagement.")
        raise InvalidModel(sentence, attr=f"{where}.dimension")
    rule = Rule(
        position=position,
        dimension=dimension,
        name=checked_name(item.get("name"), length=120, attr=f"{where}.name"),
        points=checked_number(item.get("points"), attr=f"{where}.points"),
        when=item.get("when"),
    )
    for attr, usual in (("disqualifies", False), ("is_on", True)):
        value = item.get(attr, usual)
        if not isinstance(value, bool):
            raise InvalidModel(_("Say true or false."), attr=f"{where}.{attr}")
        setattr(rule, attr, value)
    if dimension == Rule.Dimension.FIT:
        _check_fit(item, where)
        validate(rule.when, attr=f"{where}.when")
        if _asks_for_scores(rule.when):
            sentence = _("A score cannot depend on itself.")
            raise InvalidModel(sentence, attr=f"{where}.when")
    else:
        _set_engagement(rule, item, where)
        validate_when(rule.when, attr=f"{where}.when")
    return rule


def _check_fit(item: Mapping[str, Any], where: str) -> None:
    for attr in ("half_life_days", "max_per_day", "max_points"):
        if item.get(attr) is not None:
            sentence = _("Fit never fades and has no caps.")
            raise InvalidModel(sentence, attr=f"{where}.{attr}")


def _set_engagement(rule: Rule, item: Mapping[str, Any], where: str) -> None:
    if rule.disqualifies:
        sentence = _("Only a fit rule can disqualify.")
        raise InvalidModel(sentence, attr=f"{where}.disqualifies")
    if "half_life_days" in item:
        rule.uses_model_half_life = False
        if item["half_life_days"] is not None:
            attr = f"{where}.half_life_days"
            rule.half_life_days = checked_number(
                item["half_life_days"], attr=attr, positive=True, limit=MAX_DAYS
            )
    if item.get("max_points") is not None:
        attr = f"{where}.max_points"
        rule.max_points = checked_number(item["max_points"], attr=attr, positive=True)
    if item.get("max_per_day") is not None:
        a_day = item["max_per_day"]
        whole = isinstance(a_day, int) and not isinstance(a_day, bool)
        if not whole or not 1 <= a_day <= 10_000:
            sentence = _("This must be a whole number from 1 to 10,000.")
            raise InvalidModel(sentence, attr=f"{where}.max_per_day")
        rule.max_per_day = a_day


def _asks_for_scores(condition: Any) -> bool:
    if isinstance(condition, list):
        return any(map(_asks_for_scores, condition))
    if isinstance(condition, dict):
        field = condition.get("field")
        return (isinstance(field, str) and field.startswith("score.")) or any(
            map(_asks_for_scores, condition.values())
        )
    return False


def as_data(rule: Rule) -> dict[str, Any]:
    """A rule as the verbs take it."""
    data: dict[str, Any] = {
        "dimension": rule.dimension,
        "name": rule.name,
        "points": rule.points,
        "when": rule.when,
        "is_on": rule.is_on,
        "disqualifies": rule.disqualifies,
    }
    if rule.dimension == Rule.Dimension.ENGAGEMENT:
        data |= {"max_per_day": rule.max_per_day, "max_points": rule.max_points}
        if not rule.uses_model_half_life:
            data["half_life_days"] = rule.half_life_days
    return data
