"""Fields whose values are other rows: an owner, a company, a phase, tags."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import Exists, F, Q, QuerySet
from django.db.models.lookups import In, IsNull
from django.utils.translation import gettext as _

from contacts.conditions import operators
from contacts.conditions.letters import Folded, fold
from contacts.conditions.operators import Operator, Takes
from contacts.conditions.value_types import ValueType, read_text


@dataclass(frozen=True, slots=True)
class Link:
    """The column of a reference that the row itself holds: a foreign key."""

    number: str
    name: str

    def is_set(self) -> Any:
        return IsNull(F(self.number), False)

    def is_any(self, numbers: list[int], names: list[str]) -> Q:
        found = []
        if numbers:
            found.append(Q(In(F(self.number), numbers)))
        if names:
            found.append(Q(In(Folded(F(self.name), "".join(names)), names)))
        return found[0] if len(found) == 1 else found[0] | found[1]


@dataclass(frozen=True, slots=True)
class Rows:
    """The column of references that stand in another table: tags, an open visit.

    ``queryset`` has those of the row in question, by ``OuterRef("pk")``.
    """

    queryset: QuerySet
    link: Link

    def is_set(self) -> Any:
        return Exists(self.queryset)

    def is_any(self, numbers: list[int], names: list[str]) -> Any:
        return Exists(self.queryset.filter(self.link.is_any(numbers, names)))


def _is_any(column: Link | Rows, operand: list[int | str], at: datetime) -> Any:
    return column.is_any(
        [one for one in operand if isinstance(one, int)],
        [one for one in operand if isinstance(one, str)],
    )


class ReferenceType(ValueType):
    """One or several other rows, each named by its number or by its name.

    Python reads them as pairs of number and name.
    """

    name = "reference"

    operators: ClassVar = {
        "eq": Operator(
            Takes.ONE,
            sql=lambda column, one, at: _is_any(column, [one], at),
            python=lambda value, one, at: one in value,
        ),
        "in": Operator(
            Takes.MANY,
            sql=_is_any,
            python=lambda value, several, at: not value.isdisjoint(several),
        ),
        "is_set": replace(
            operators.IS_SET, sql=lambda column, operand, at: column.is_set()
        ),
    }

    def operand(self, value: Any) -> int | str:
        if isinstance(value, int) and not isinstance(value, bool):
            if not 0 < value < 2**63:
                raise ValueError(_("There is no such number."))
            return value
        if not isinstance(value, str):
            raise ValueError(_("This must be a name or a number."))
        return fold(read_text(value))

    def value(self, raw: Iterable[tuple[int, str]]) -> frozenset[int | str] | None:
        found: set[int | str] = set()
        for number, name in raw or ():
            found |= {number, fold(name)}
        return frozenset(found) or None


class WordsType(ReferenceType):
    """Several words, like tags: ``contains`` and ``eq`` both mean that one is there."""

    name = "words"
    operators: ClassVar = ReferenceType.operators | {
        "contains": ReferenceType.operators["eq"]
    }

    def operand(self, value: Any) -> str:
        return fold(read_text(value))

    def value(self, raw: Iterable[tuple[int, str]]) -> frozenset[str] | None:
        return frozenset(fold(name) for number, name in raw or ()) or None


REFERENCE = ReferenceType()
WORDS = WordsType()
