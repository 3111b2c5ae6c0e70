"""What conditions may say about interests: ``interest.<topic>`` and how to reach people.

An interest is compared as its logarithm, in SQL and in Python alike: the level that is
stored, less the half-lives gone by, with the logarithm of what the condition says. So
both do the same two operations on the same floats, and no database needs a power.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from math import log2
from operator import attrgetter
from typing import Any, ClassVar

from django.db.models import (
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    OuterRef,
    Q,
    Value,
)
from django.utils.translation import gettext_lazy as _

from campaigns.interests import days_of, level_at
from campaigns.models.interest import Interest, InterestProfile
from campaigns.models.topic import Topic
from contacts.conditions import registry
from contacts.conditions.fields import FieldSpec
from contacts.conditions.operators import Operator, Span, Takes
from contacts.conditions.value_types import CHOICE, NUMBER, NumberType
from contacts.models.contact import Contact
from journeys.models.interaction import Channel

Level = tuple[float, float]
"""(level, half-life in days) as an interest has them."""


@dataclass(frozen=True, slots=True)
class Column:
    """The interest in one topic, of the contact in question."""

    topic_id: int

    def rows(self) -> Any:
        return Interest.objects.filter(contact=OuterRef("pk"), topic=self.topic_id)

    def holds(self, at: datetime, **lookups: Any) -> Any:
        now = ExpressionWrapper(
            F("level") - Value(days_of(at)) / F("half_life_days"),
            output_field=FloatField(),
        )
        wanted = Q(**{f"now__{name}": value for name, value in lookups.items()})
        return Exists(self.rows().annotate(now=now).filter(wanted))


# The logarithm of nothing: below that of any strength, and still a number for SQL.
NOTHING = -1e300


def _log(strength: float) -> float:
    return log2(strength) if strength > 0 else NOTHING


def _operator(
    takes: Takes,
    lookups: Callable[[Any], dict[str, Any]],
    compare: Callable[[float, Any], bool],
) -> Operator:
    return Operator(
        takes,
        sql=lambda column, operand, at: column.holds(at, **lookups(operand)),
        python=lambda value, operand, at: compare(level_at(*value, at), operand),
    )


def _both(spans: list[Span]) -> dict[str, float]:
    return {"gte": _log(spans[0].first), "lte": _log(spans[1].last)}


def _any(spans: list[Span]) -> list[float]:
    return [_log(span.first) for span in spans]


class InterestType(NumberType):
    """A strength; missing is an interest that nobody has seen, not one of zero."""

    operators: ClassVar = {
        "gt": _operator(
            Takes.ONE,
            lambda span: {"gt": _log(span.last)},
            lambda now, span: now > _log(span.last),
        ),
        "gte": _operator(
            Takes.ONE,
            lambda span: {"gte": _log(span.first)},
            lambda now, span: now >= _log(span.first),
        ),
        "lt": _operator(
            Takes.ONE,
            lambda span: {"lt": _log(span.first)},
            lambda now, span: now < _log(span.first),
        ),
        "lte": _operator(
            Takes.ONE,
            lambda span: {"lte": _log(span.last)},
            lambda now, span: now <= _log(span.last),
        ),
        "eq": _operator(
            Takes.ONE,
            lambda span: {"exact": _log(span.first)},
            lambda now, span: now == _log(span.first),
        ),
        "between": _operator(
            Takes.TWO,
            _both,
            lambda now, spans: _log(spans[0].first) <= now <= _log(spans[1].last),
        ),
        "in": _operator(
            Takes.MANY,
            lambda spans: {"in": _any(spans)},
            lambda now, spans: now in _any(spans),
        ),
        "is_set": Operator(
            Takes.NOTHING,
            sql=lambda column, operand, at: Exists(column.rows()),
            python=lambda value, operand, at: True,
        ),
    }

    def value(self, raw: Level | None) -> Level | None:  # type: ignore[override]
        return raw

    def column(self, column: Any) -> Any:
        return column


INTEREST = InterestType()


def levels_of(contacts: Sequence[Contact], at: datetime) -> dict[int, dict[int, Level]]:
    """Contact id -> topic id -> level."""
    found: dict[int, dict[int, Level]] = {}
    rows = Interest.objects.filter(contact__in=[contact.pk for contact in contacts])
    for pk, topic_id, *level in rows.values_list(
        "contact_id", "topic_id", "level", "half_life_days"
    ):
        found.setdefault(pk, {})[topic_id] = (level[0], level[1])
    return found


def profiles_of(
    contacts: Sequence[Contact], at: datetime
) -> dict[int, InterestProfile]:
    return InterestProfile.objects.in_bulk([contact.pk for contact in contacts])


def topics() -> dict[str, FieldSpec]:
    return {row.slug: _interest(row) for row in Topic.objects.order_by("name", "pk")}


def _interest(topic: Topic) -> FieldSpec:
    return FieldSpec(
        f"interest.{topic.slug}",
        _("Interest: %(topic)s") % {"topic": topic.name},
        INTEREST,
        Column(topic.pk),
        partial(_level, topic_id=topic.pk),
        source=levels_of,
    )


def _level(levels: dict[int, Level], *, topic_id: int) -> Level | None:
    return levels.get(topic_id)


FIELDS = [
    FieldSpec(
        "favorite_channel",
        _("Favorite channel"),
        CHOICE,
        F("interest_profile__favorite_channel"),
        attrgetter("favorite_channel"),
        source=profiles_of,
        choices=lambda: list(Channel.choices),
    ),
    FieldSpec(
        "best_hour",
        _("Best hour"),
        NUMBER,
        F("interest_profile__best_hour"),
        attrgetter("best_hour"),
        source=profiles_of,
    ),
]


def register() -> None:
    registry.register_family("interest", topics)
    for spec in FIELDS:
        registry.register_field(spec)
