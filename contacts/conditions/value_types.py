"""What kinds of values fields have: what may be compared with them, and how.

A type reads the operand of a condition (``operand``), what Python finds on a row
(``value``), and what the database has in its column (``column``). Missing is None and
NULL.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django.db.models import ExpressionWrapper, FloatField, TextField
from django.db.models import Value as Literal
from django.db.models.functions import NullIf
from django.db.models.lookups import In
from django.utils.dateparse import parse_datetime
from django.utils.timezone import get_default_timezone, is_naive
from django.utils.translation import gettext as _

from contacts.conditions import operators
from contacts.conditions.json_values import is_date
from contacts.conditions.letters import fold
from contacts.conditions.operators import Operator, Span, Takes
from contacts.text import clean_text
from leadhub.errors import InvalidValue

MAX_TEXT = 500
MAX_NUMBER = 1e15  # up to here whole numbers are the same in float and in decimal


class ValueType:
    name: str
    operators: Mapping[str, Operator]

    def operand(self, value: Any) -> Any:
        """``value`` of a condition, to be compared with; ``ValueError`` says why not."""
        raise NotImplementedError

    def value(self, raw: Any) -> Any:
        """What a row holds, comparable with operands; None if it is missing."""
        raise NotImplementedError

    def column(self, column: Any) -> Any:
        return column


class TextType(ValueType):
    name = "text"
    operators: ClassVar = operators.TEXT

    def operand(self, value: Any) -> str:
        return fold(read_text(value))

    def value(self, raw: Any) -> str | None:
        return fold(raw) if raw and isinstance(raw, str) else None

    def column(self, column: Any) -> Any:
        return NullIf(column, Literal(""), output_field=TextField())


class ChoiceType(TextType):
    """Text of which the editor knows all there may be."""

    name = "choice"


class EmailType(TextType):
    """Over ``Contact.email_key``, which is folded when it is stored."""

    operators: ClassVar = operators.FOLDED_TEXT

    def operand(self, value: Any) -> str:
        return read_text(value).casefold()

    def value(self, raw: Any) -> str | None:
        return raw or None

    def column(self, column: Any) -> Any:
        return column


class NumberType(ValueType):
    name = "number"
    operators: ClassVar = operators.ORDERED | {
        "in": Operator(
            Takes.MANY,
            sql=lambda column, spans, at: In(column, [span.first for span in spans]),
            python=lambda value, spans, at: any(value == span.first for span in spans),
        )
    }

    def operand(self, value: Any) -> Span:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(_("This must be a number."))
        if not abs(value) <= MAX_NUMBER:  # true of what is not a number, too
            sentence = _("This must be a number of at most %(limit)d.")
            raise ValueError(sentence % {"limit": MAX_NUMBER})
        return Span(float(value), float(value))

    def value(self, raw: Any) -> float | None:
        if raw is None or isinstance(raw, bool | str | list | dict):
            return None
        try:
            return float(raw)
        except OverflowError:  # a whole number of more than 308 digits
            return math.inf if raw > 0 else -math.inf

    def column(self, column: Any) -> Any:
        # Compared as it is, not rounded to the places of a decimal field.
        return ExpressionWrapper(column, output_field=FloatField())


class BooleanType(ValueType):
    name = "boolean"
    operators: ClassVar = operators.SAME

    def operand(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise ValueError(_("This must be true or false."))
        return value

    def value(self, raw: Any) -> bool | None:
        return raw if isinstance(raw, bool) else None


class DateType(ValueType):
    """Days as text like 2026-05-31, as JSON holds them."""

    name = "date"

    @staticmethod
    def _last_days(days: int, at: datetime) -> Span:
        today = at.astimezone(get_default_timezone()).date()
        return Span((today - timedelta(days=days)).isoformat(), today.isoformat())

    operators: ClassVar = operators.ORDERED | {
        "within_days": operators.within_days(_last_days),
    }

    def operand(self, value: Any) -> Span:
        if not is_date(value) or _day(value) is None:
            raise ValueError(_("This must be a date like 2026-05-31."))
        return Span(value, value)

    def value(self, raw: Any) -> str | None:
        return raw if is_date(raw) else None


class MomentType(ValueType):
    """Points in time. A day in a condition is all of that day in ``TIME_ZONE``."""

    name = "datetime"
    operators: ClassVar = operators.ORDERED | {
        "within_days": operators.within_days(
            lambda days, at: Span(at - timedelta(days=days), at)
        ),
    }

    def operand(self, value: Any) -> Span:
        zone = get_default_timezone()
        if is_date(value) and (day := _day(value)):
            start, end = (
                datetime.combine(date_, time(), tzinfo=zone)
                for date_ in (day, day + timedelta(days=1))
            )
            return Span(start, end - timedelta(microseconds=1))
        moment = _moment(value)
        if moment is None or not 1900 <= moment.year <= 9000:
            raise ValueError(_("This must be a date or a time like 2026-05-31T09:00Z."))
        moment = moment.replace(tzinfo=zone) if is_naive(moment) else moment
        return Span(moment, moment)

    def value(self, raw: Any) -> datetime | None:
        return raw


class AnyType(ValueType):
    """Something of whatever type: all one can ask is whether it is there."""

    name = "any"
    operators: ClassVar = {"is_set": operators.IS_SET}

    def value(self, raw: Any) -> Any:
        return raw if isinstance(raw, str | bool | int | float) and raw != "" else None


def read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(_("This must be text."))
    try:
        text = clean_text(value, attr="value", max_length=MAX_TEXT)
    except InvalidValue as error:
        raise ValueError(str(error)) from error
    if not text:
        raise ValueError(_("This must not be empty. Use is_set or is_empty."))
    return text


def _day(value: str) -> date | None:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 9000 else None


def _moment(value: Any) -> datetime | None:
    try:
        return parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None


TEXT = TextType()
CHOICE = ChoiceType()
EMAIL = EmailType()
NUMBER = NumberType()
BOOLEAN = BooleanType()
DATE = DateType()
MOMENT = MomentType()
ANY = AnyType()
