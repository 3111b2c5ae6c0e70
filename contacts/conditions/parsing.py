"""From JSON to a tree. Whatever is not of the language is refused by name and path."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from contacts.conditions.fields import FieldSpec
from contacts.conditions.operators import OPPOSITES, Takes
from contacts.conditions.tree import All, Either, Node, Not, Nothing, Test
from contacts.conditions.vocabulary import Lookup, Vocabulary
from leadhub.errors import InvalidValue

MAX_DEPTH = 12
MAX_LEAVES = 200
MAX_LIST = 100
MAX_DAYS = 36_500


class InvalidCondition(InvalidValue):
    """A condition is not of the language; ``attr`` is the path to what is wrong."""

    code = "invalid_condition"
    attr = "condition"


class Parser:
    """Reads one condition.

    Not ``is_strict``, for conditions stored earlier: a field that was deleted since,
    or is of another type now, is missing for everybody. That is no error then.
    """

    def __init__(self, vocabulary: Vocabulary, *, is_strict: bool = True) -> None:
        self.lookup = Lookup(vocabulary)
        self.is_strict = is_strict
        self.leaves = 0

    def node(self, raw: Any, path: str, depth: int = 1) -> Node:
        if not isinstance(raw, dict) or not raw:
            sentence = _('A condition is an object with "all", "any", "not" or a leaf.')
            raise InvalidCondition(sentence, attr=path)
        if depth > MAX_DEPTH:
            sentence = _("At most %(limit)d levels deep.") % {"limit": MAX_DEPTH}
            raise InvalidCondition(sentence, attr=path)
        if "field" in raw:
            return self.test(raw, path)
        name, *others = raw
        if others:
            check_keys(raw, {name}, path)
        inner = f"{path}.{name}"
        if name == "all":
            return All(self._nodes(raw[name], inner, depth))
        if name == "any":
            return Either(self._nodes(raw[name], inner, depth))
        if name == "not":
            return Not(self.node(raw[name], inner, depth + 1))
        if leaf := self.lookup.vocabulary.leaves.get(name):
            self._count(path)
            return leaf.read(self, raw[name], inner)
        raise unknown(name, path)

    def test(self, raw: Any, path: str, lookup: Lookup | None = None) -> Node:
        """A leaf about a field of ``lookup``'s vocabulary, else of ours."""
        self._count(path)
        check_keys(raw, {"field", "op", "value"}, path)
        name, op = raw.get("field"), raw.get("op")
        opposite = OPPOSITES.get(op) if isinstance(op, str) else None
        lookup = lookup or self.lookup
        try:
            test = self._test(name, opposite or op, raw, path, lookup)
        except InvalidCondition:
            if self.is_strict or not lookup.is_in_family(str(name)):
                raise
            test = Nothing()
        return Not(test) if opposite else test

    def _test(self, name: Any, op: Any, raw: Any, path: str, lookup: Lookup) -> Test:
        value = raw.get("value")
        spec = lookup.field(name, value) if isinstance(name, str) else None
        if spec is None:
            sentence = _('There is no field "%(name)s".') % {"name": short(name)}
            raise InvalidCondition(sentence, attr=f"{path}.field")
        operators = spec.type.operators
        if not isinstance(op, str) or op not in operators:
            sentence = _('"%(field)s" has no operator "%(op)s", only %(known)s.') % {
                "field": name,
                "op": short(raw.get("op")),
                "known": ", ".join(names_of(operators)),
            }
            raise InvalidCondition(sentence, attr=f"{path}.op")
        operator = operators[op]
        try:
            operand = READERS[operator.takes](spec, value)
        except ValueError as error:
            raise InvalidCondition(str(error), attr=f"{path}.value") from error
        return Test(spec, operator, operand, op)

    def _nodes(self, raw: Any, path: str, depth: int) -> tuple[Node, ...]:
        return tuple(
            self.node(part, f"{path}.{place}", depth + 1)
            for place, part in enumerate(check_list(raw, path))
        )

    def _count(self, path: str) -> None:
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            sentence = _("At most %(limit)d conditions in one.") % {"limit": MAX_LEAVES}
            raise InvalidCondition(sentence, attr=path)


def names_of(operators: Any) -> list[str]:
    """What conditions may say of a type with these, opposites included."""
    opposites = [name for name, positive in OPPOSITES.items() if positive in operators]
    return [*operators, *opposites]


def check_list(raw: Any, path: str) -> list[Any]:
    if not isinstance(raw, list):
        raise InvalidCondition(_("This must be a list."), attr=path)
    return raw


def check_keys(raw: Any, known: set[str], path: str) -> None:
    if not isinstance(raw, dict):
        raise InvalidCondition(_("This must be an object."), attr=path)
    for name in raw:
        if name not in known:
            raise unknown(name, path)


def check_days(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(_("This must be a whole number of days."))
    if not 0 < value <= MAX_DAYS:
        sentence = _("This must be a number of days from 1 to %(limit)d.")
        raise ValueError(sentence % {"limit": MAX_DAYS})
    return value


def unknown(name: Any, path: str) -> InvalidCondition:
    sentence = _('"%(name)s" means nothing here.') % {"name": short(name)}
    return InvalidCondition(sentence, attr=path)


def short(name: Any) -> str:
    """A name that somebody handed in, fit to be shown."""
    text = name if isinstance(name, str) else repr(name)
    return "".join(c if c.isprintable() else "?" for c in text[:80])


def _nothing(spec: FieldSpec, value: Any) -> None:
    if value is not None:
        raise ValueError(_("There is nothing to compare with here."))


def _one(spec: FieldSpec, value: Any) -> Any:
    return spec.type.operand(value)


def _two(spec: FieldSpec, value: Any) -> Any:
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError(_("This must be a list of two: from and to."))
    return [spec.type.operand(one) for one in value]


def _many(spec: FieldSpec, value: Any) -> Any:
    if not isinstance(value, list) or not 1 <= len(value) <= MAX_LIST:
        sentence = _("This must be a list of 1 to %(limit)d values.")
        raise ValueError(sentence % {"limit": MAX_LIST})
    return [spec.type.operand(one) for one in value]


def _days(spec: FieldSpec, value: Any) -> int:
    return check_days(value)


READERS: dict[Takes, Callable[[FieldSpec, Any], Any]] = {
    Takes.NOTHING: _nothing,
    Takes.ONE: _one,
    Takes.TWO: _two,
    Takes.MANY: _many,
    Takes.DAYS: _days,
}
