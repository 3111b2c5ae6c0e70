"""A condition, read and checked. Each node says itself in SQL and answers in Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import and_, or_
from typing import Any, Protocol

from django.db.models import BooleanField, ExpressionWrapper, Func, Q, Value
from django.db.models.lookups import Exact

from contacts.conditions.fields import FieldSpec, Source
from contacts.conditions.operators import Operator
from contacts.conditions.value_types import ValueType

# Not Q(): an empty one vanishes from "or". Not pk__in=[]: that empties the query.
EVERYBODY = Q(Exact(Value(1), Value(1)))
NOBODY = Q(Exact(Value(1), Value(0)))


class Past(Protocol):
    """What was known of rows at a moment, where it differs from what is known now."""

    def found(
        self, source: Source, rows: Sequence[Any], at: datetime
    ) -> Mapping[Any, Any]:
        """What ``source`` would have answered then."""

    def reader(self, key: Any) -> Any:
        """What whoever registered ``key`` has loaded of the past."""


class Batch:
    """Rows to be asked about as of ``at``, with what fields read of them, once each.

    With a ``past`` all that is not in the rows is taken as it was known at ``at``.
    """

    def __init__(
        self, rows: Sequence[Any], *, at: datetime, past: Past | None = None
    ) -> None:
        self.rows = rows
        self.at = at
        self.past = past
        self.ids = frozenset(row.pk for row in rows)
        self._found: dict[Source, Any] = {}
        self._values: dict[tuple[str, ValueType], dict[Any, Any]] = {}

    def values(self, spec: FieldSpec) -> dict[Any, Any]:
        """Primary key -> comparable value; rows without one are left out."""
        # Ten rules may ask for one job title.
        known = self._values.get((spec.name, spec.type))
        if known is not None:
            return known
        if spec.source not in self._found:
            source, past = spec.source, self.past
            self._found[source] = (
                past.found(source, self.rows, self.at)
                if past is not None
                else source(self.rows, self.at)
            )
        read, comparable = spec.read, spec.type.value
        values = {
            pk: value
            for pk, found in self._found[spec.source].items()
            if (value := comparable(read(found))) is not None
        }
        self._values[spec.name, spec.type] = values
        return values


class Node(Protocol):
    def q(self, at: datetime) -> Q:
        """The rows that it holds for."""

    def among(self, batch: Batch) -> frozenset[Any]:
        """Primary keys of those of the batch that it holds for."""


class IsNotTrue(Func):
    """False or unknown: the opposite of what a WHERE takes."""

    template = "(%(expressions)s) IS NOT TRUE"
    output_field = BooleanField()


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Node, ...]

    def q(self, at: datetime) -> Q:
        return reduce(and_, [part.q(at) for part in self.parts] or [EVERYBODY])

    def among(self, batch: Batch) -> frozenset[Any]:
        return batch.ids.intersection(*(part.among(batch) for part in self.parts))


@dataclass(frozen=True, slots=True)
class Either:
    parts: tuple[Node, ...]

    def q(self, at: datetime) -> Q:
        return reduce(or_, [part.q(at) for part in self.parts] or [NOBODY])

    def among(self, batch: Batch) -> frozenset[Any]:
        return frozenset().union(*(part.among(batch) for part in self.parts))


@dataclass(frozen=True, slots=True)
class Not:
    part: Node

    def q(self, at: datetime) -> Q:
        inner = ExpressionWrapper(self.part.q(at), output_field=BooleanField())
        return Q(IsNotTrue(inner))

    def among(self, batch: Batch) -> frozenset[Any]:
        return batch.ids - self.part.among(batch)

    def holds(self, row: Any, at: datetime) -> bool:
        """For a single row; of a ``Test``."""
        return not self.part.holds(row, at)


@dataclass(frozen=True, slots=True)
class Test:
    """A field compared with an operand."""

    __test__ = False  # pytest takes it for one of its own

    field: FieldSpec
    operator: Operator
    operand: Any
    # The operator as the condition names it without its negation.
    name: str

    def q(self, at: datetime) -> Q:
        column = self.field.type.column(self.field.column)
        return Q(self.operator.sql(column, self.operand, at))

    def among(self, batch: Batch) -> frozenset[Any]:
        holds, operand, at = self.operator.python, self.operand, batch.at
        return frozenset(
            pk
            for pk, value in batch.values(self.field).items()
            if holds(value, operand, at)
        )

    def holds(self, row: Any, at: datetime) -> bool:
        """For a single row; of fields that are read from the row alone."""
        value = self.field.type.value(self.field.read(row))
        return value is not None and self.operator.python(value, self.operand, at)


@dataclass(frozen=True, slots=True)
class Nothing:
    """Holds for nobody: what a condition says of a field that is gone."""

    def q(self, at: datetime) -> Q:
        return NOBODY

    def among(self, batch: Batch) -> frozenset[Any]:
        return frozenset()
