"""Conditions as sentences, for those who read them on a page."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.conditions.fields import Choices
from contacts.conditions.registry import vocabulary
from contacts.conditions.vocabulary import Lookup

PHRASES = {
    "eq": gettext_lazy("%(field)s is %(value)s"),
    "ne": gettext_lazy("%(field)s is not %(value)s"),
    "in": gettext_lazy("%(field)s is one of %(value)s"),
    "not_in": gettext_lazy("%(field)s is none of %(value)s"),
    "contains": gettext_lazy("%(field)s contains %(value)s"),
    "starts_with": gettext_lazy("%(field)s starts with %(value)s"),
    "gt": gettext_lazy("%(field)s is more than %(value)s"),
    "gte": gettext_lazy("%(field)s is at least %(value)s"),
    "lt": gettext_lazy("%(field)s is less than %(value)s"),
    "lte": gettext_lazy("%(field)s is at most %(value)s"),
    "between": gettext_lazy("%(field)s is between %(first)s and %(last)s"),
    "is_set": gettext_lazy("%(field)s is known"),
    "is_empty": gettext_lazy("%(field)s is not known"),
    "within_days": gettext_lazy("%(field)s was in the last %(value)s days"),
}


def describe(condition: dict[str, Any]) -> str:
    """A valid condition in words, without a full stop; nothing for ``{}``."""
    [sentence] = describe_each([condition])
    return sentence


def describe_each(conditions: Iterable[dict[str, Any]]) -> list[str]:
    """``describe`` of each; what several of them name is loaded once."""
    lookup = Lookup(vocabulary)
    return [_describe(one, lookup) if one else "" for one in conditions]


def describer() -> Callable[[dict[str, Any]], str]:
    """``describe`` for many, one after the other: what they name is loaded once."""
    lookup = Lookup(vocabulary)
    return lambda condition: _describe(condition, lookup) if condition else ""


def describe_leaf(leaf: dict[str, Any], lookup: Lookup) -> str:
    """A leaf about a field, in words."""
    name, value = leaf["field"], leaf.get("value")
    spec = lookup.field(name, value)
    words = {"field": str(spec.label) if spec else name}
    choices = lookup.choices(spec) if spec and value is not None else []
    if leaf["op"] == "between":
        words["first"], words["last"] = (_quoted(one, choices) for one in value)
    elif isinstance(value, list):
        words["value"] = ", ".join(_quoted(one, choices) for one in value)
    elif value is not None:
        words["value"] = _quoted(value, choices)
    return str(PHRASES[leaf["op"]]) % words


def joined(parts: list[str], *, by_or: bool = False) -> str:
    return (_(" or ") if by_or else _(" and ")).join(parts)


def _describe(
    condition: dict[str, Any], lookup: Lookup, *, is_inner: bool = False
) -> str:
    if "field" in condition:
        return describe_leaf(condition, lookup)
    [(name, inner)] = condition.items()
    if name == "not":
        sentence = _("not (%(condition)s)")
        return sentence % {"condition": _describe(inner, lookup)}
    if leaf := lookup.vocabulary.leaves.get(name):
        return leaf.describe(inner)
    parts = [_describe(part, lookup, is_inner=True) for part in inner]
    if not parts:
        return _("everybody") if name == "all" else _("nobody")
    sentence = joined(parts, by_or=name == "any")
    return f"({sentence})" if is_inner and len(parts) > 1 else sentence


def _quoted(value: Any, choices: Choices) -> str:
    for choice, label in choices:
        if value == choice:
            return str(label)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, str):
        return _("“%(text)s”") % {"text": value}
    return str(localize(value))
