"""How values are compared, each way said once to the database and once to Python.

Both are asked about a value that is there; of a missing one (NULL, None) all are
false. ``ne``, ``not_in`` and ``is_empty`` are not here: see ``OPPOSITES``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from django.db.models import Q
from django.db.models.lookups import (
    Contains,
    Exact,
    GreaterThan,
    GreaterThanOrEqual,
    In,
    IsNull,
    LessThan,
    LessThanOrEqual,
    StartsWith,
)

from contacts.conditions.letters import Folded

OPPOSITES = {"ne": "eq", "not_in": "in", "is_empty": "is_set"}


class Takes(Enum):
    """What stands in ``value``."""

    NOTHING = "nothing"
    ONE = "one"
    TWO = "two"
    MANY = "many"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Operator:
    takes: Takes
    # (column, operand, at) -> a condition, or a Q
    sql: Callable[[Any, Any, datetime], Any]
    # (value, operand, at) -> bool
    python: Callable[[Any, Any, datetime], bool]


@dataclass(frozen=True, slots=True)
class Span:
    """From ``first`` to ``last``, both included: a number, a day, a moment."""

    first: Any
    last: Any


def _is_in_span(column: Any, span: Span, at: datetime) -> Q:
    if span.first == span.last:
        return Q(Exact(column, span.first))
    return Q(GreaterThanOrEqual(column, span.first)) & Q(
        LessThanOrEqual(column, span.last)
    )


def _joined(spans: list[Span]) -> Span:
    return Span(spans[0].first, spans[1].last)


IS_SET = Operator(
    Takes.NOTHING,
    sql=lambda column, operand, at: IsNull(column, False),
    python=lambda value, operand, at: True,
)

# Single values that are the same or not. Operand: the value.
SAME = {
    "eq": Operator(
        Takes.ONE,
        sql=lambda column, operand, at: Exact(column, operand),
        python=lambda value, operand, at: value == operand,
    ),
    "is_set": IS_SET,
}

# Text; the value folded, the operand as well.
TEXT = {
    "eq": Operator(
        Takes.ONE,
        sql=lambda column, text, at: Exact(Folded(column, text), text),
        python=lambda value, text, at: value == text,
    ),
    "in": Operator(
        Takes.MANY,
        sql=lambda column, texts, at: In(Folded(column, "".join(texts)), texts),
        python=lambda value, texts, at: value in texts,
    ),
    "contains": Operator(
        Takes.ONE,
        sql=lambda column, text, at: Contains(Folded(column, text), text),
        python=lambda value, text, at: text in value,
    ),
    "starts_with": Operator(
        Takes.ONE,
        sql=lambda column, text, at: StartsWith(Folded(column, text), text),
        python=lambda value, text, at: value.startswith(text),
    ),
    "is_set": IS_SET,
}

# Text that the column holds folded already, so that its index serves.
FOLDED_TEXT = {
    "eq": SAME["eq"],
    "in": Operator(
        Takes.MANY,
        sql=lambda column, texts, at: In(column, texts),
        python=TEXT["in"].python,
    ),
    "contains": Operator(
        Takes.ONE,
        sql=lambda column, text, at: Contains(column, text),
        python=TEXT["contains"].python,
    ),
    "starts_with": Operator(
        Takes.ONE,
        sql=lambda column, text, at: StartsWith(column, text),
        python=TEXT["starts_with"].python,
    ),
    "is_set": IS_SET,
}

# What has an order. Operand: a span, or two of them.
ORDERED = {
    "eq": Operator(
        Takes.ONE,
        sql=_is_in_span,
        python=lambda value, span, at: span.first <= value <= span.last,
    ),
    "gt": Operator(
        Takes.ONE,
        sql=lambda column, span, at: GreaterThan(column, span.last),
        python=lambda value, span, at: value > span.last,
    ),
    "gte": Operator(
        Takes.ONE,
        sql=lambda column, span, at: GreaterThanOrEqual(column, span.first),
        python=lambda value, span, at: value >= span.first,
    ),
    "lt": Operator(
        Takes.ONE,
        sql=lambda column, span, at: LessThan(column, span.first),
        python=lambda value, span, at: value < span.first,
    ),
    "lte": Operator(
        Takes.ONE,
        sql=lambda column, span, at: LessThanOrEqual(column, span.last),
        python=lambda value, span, at: value <= span.last,
    ),
    "between": Operator(
        Takes.TWO,
        sql=lambda column, spans, at: _is_in_span(column, _joined(spans), at),
        python=lambda value, spans, at: spans[0].first <= value <= spans[1].last,
    ),
    "is_set": IS_SET,
}


def within_days(last_days: Callable[[int, datetime], Span]) -> Operator:
    """Not longer ago than that many days before ``at``, and not after it."""

    def python(value: Any, days: int, at: datetime) -> bool:
        span = last_days(days, at)
        return span.first <= value <= span.last

    return Operator(
        Takes.DAYS,
        sql=lambda column, days, at: _is_in_span(column, last_days(days, at), at),
        python=python,
    )
