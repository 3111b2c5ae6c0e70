"""Pages by the key of their last row: the thousandth costs what the first does."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.core.signing import BadSignature, Signer
from django.db.models import F, Field, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from leadhub.errors import InvalidValue


class BadCursor(InvalidValue):
    code = "bad_cursor"
    attr = "cursor"


@dataclass(frozen=True, slots=True)
class KeysetPage:
    """Some rows of a list, and the cursors of the pages around them."""

    rows: list[Any]
    next: str | None
    previous: str | None


@dataclass(frozen=True, slots=True)
class _Column:
    """One column of the order. Rows without a value come last, either way."""

    name: str
    descends: bool
    field: Field
    may_be_null: bool
    by_index: bool

    def order(self, *, backwards: bool) -> Any:
        # The same value, but no index has it in this order.
        column = F(self.name) if self.by_index else Coalesce(self.name, self.name)
        if not self.may_be_null:
            return column.desc() if self.descends != backwards else column.asc()
        nulls = {"nulls_first": True} if backwards else {"nulls_last": True}
        if self.descends != backwards:
            return column.desc(**nulls)
        return column.asc(**nulls)

    def is_at(self, value: Any) -> Q:
        if value is None:
            return Q(**{f"{self.name}__isnull": True})
        return Q(**{self.name: value})

    def is_beyond(self, value: Any, *, backwards: bool) -> Q:
        """Strictly further on than ``value``, in the direction of reading."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if backwards else Q(pk__in=[])
        operator = "lt" if self.descends != backwards else "gt"
        beyond = Q(**{f"{self.name}__{operator}": value})
        if self.may_be_null and not backwards:
            beyond |= Q(**{f"{self.name}__isnull": True})
        return beyond

    def is_not_before(self, value: Any, *, backwards: bool) -> Q:
        """``value`` or further on. Redundant, but a range that an index can serve."""
        operator = "lte" if self.descends != backwards else "gte"
        return Q(**{f"{self.name}__{operator}": value})

    def read(self, value: Any) -> Any:
        return value if value is None else self.field.to_python(value)


def page_of(
    queryset: QuerySet,
    *,
    ordering: Sequence[str],
    size: int,
    cursor: str = "",
    never_null: Collection[str] = (),
    only_keys: bool = False,
    by_index: bool = True,
) -> KeysetPage:
    """Return the page of ``queryset`` at ``cursor``; without one, the first.

    ``ordering`` names fields, related fields or annotations, "-" for descending, and
    ends in the primary key, so that rows that tie are neither lost nor doubled.
    One query of ``size + 1`` rows; two where those that have a value of the first
    field end on the page. Rows without a value come last; ``never_null`` names
    annotations and related fields that every row has a value of, which lets an index
    serve the order. ``only_keys`` leaves every column but those of the order to be
    loaded afterwards: a database that has to sort many rows then reads narrow ones,
    from indexes where it can. Without ``by_index`` all rows are found, then sorted:
    right for few whose place in the order is no accident, so that walking an index
    of the order would pass nearly all others before them.

    Raises ``BadCursor``.
    """
    columns = [_column(queryset, name, never_null, by_index) for name in ordering]
    # A cursor serves the list it was made for and no other; nobody can forge one.
    signer = Signer(salt=f"keyset:{queryset.model._meta.label}:{','.join(ordering)}")
    backwards, values = _read(cursor, columns, signer) if cursor else (False, None)

    # What is ordered by must be on the row to make the next cursor of.
    related = {f"_key_{i}": F(c.name) for i, c in enumerate(columns) if "__" in c.name}
    queryset = queryset.annotate(**related)
    if only_keys:
        own = {field.name for field in queryset.model._meta.concrete_fields}
        queryset = queryset.only(*(c.name for c in columns if c.name in own))
    rows = _rows_after(queryset, columns, values, backwards=backwards, size=size)
    has_more, rows = len(rows) > size, rows[:size]
    if backwards:
        rows.reverse()

    has_next = has_more if not backwards else True
    has_previous = has_more if backwards else values is not None
    return KeysetPage(
        rows=rows,
        next=_cursor(columns, rows[-1], signer, backwards=False)
        if rows and has_next
        else None,
        previous=_cursor(columns, rows[0], signer, backwards=True)
        if rows and has_previous
        else None,
    )


def _rows_after(
    rows: QuerySet,
    columns: list[_Column],
    values: list[Any] | None,
    *,
    backwards: bool,
    size: int,
) -> list[Any]:
    """At most ``size + 1`` rows beyond ``values``, in the direction of reading."""
    first, *rest = columns
    if not first.may_be_null:
        return _read_rows(rows, columns, values, backwards=backwards, size=size + 1)
    # Rows with a value and rows without are read apart: asked for both at once, no
    # database can take the order from an index or from the smaller table of a join.
    having = rows.filter(**{f"{first.name}__isnull": False})
    lacking = rows.filter(**{f"{first.name}__isnull": True})
    parts = [(having, [replace(first, may_be_null=False), *rest]), (lacking, rest)]
    starts = [values, None]
    if values is not None and values[0] is None:
        starts = [None, values[1:]]
    if backwards:
        parts, starts = parts[::-1], starts[::-1]
    if values is not None and starts[0] is None:  # the first part lies behind us
        parts, starts = parts[1:], starts[1:]
    found: list[Any] = []
    for (part, order), start in zip(parts, starts, strict=True):
        left = size + 1 - len(found)
        if left:
            found += _read_rows(part, order, start, backwards=backwards, size=left)
    return found


def _read_rows(
    rows: QuerySet,
    columns: list[_Column],
    values: list[Any] | None,
    *,
    backwards: bool,
    size: int,
) -> list[Any]:
    rows = rows.order_by(*(column.order(backwards=backwards) for column in columns))
    if values is not None:
        rows = rows.filter(_after(columns, values, backwards=backwards))
    return list(rows[:size])


def _column(
    queryset: QuerySet, name: str, never_null: Collection[str], by_index: bool
) -> _Column:
    path = name.lstrip("-")
    if path in queryset.query.annotations:
        field = queryset.query.annotations[path].output_field
        may_be_null = True
    else:
        model = queryset.model
        for part in path.split("__"):
            field = model._meta.pk if part == "pk" else model._meta.get_field(part)
            model = field.related_model
        may_be_null = field.null or "__" in path
    may_be_null = may_be_null and path not in never_null
    return _Column(path, name.startswith("-"), field, may_be_null, by_index)


def _after(columns: list[_Column], values: list[Any], *, backwards: bool) -> Q:
    beyond = Q(pk__in=[])
    ties = Q()
    for column, value in zip(columns, values, strict=True):
        beyond |= ties & column.is_beyond(value, backwards=backwards)
        ties &= column.is_at(value)
    first, start = columns[0], values[0]
    if start is not None and not first.may_be_null:
        beyond &= first.is_not_before(start, backwards=backwards)
    return beyond


def _cursor(
    columns: list[_Column], row: Any, signer: Signer, *, backwards: bool
) -> str:
    values = [
        getattr(row, f"_key_{i}" if "__" in column.name else column.name)
        for i, column in enumerate(columns)
    ]
    plain = [v.isoformat() if isinstance(v, date) else v for v in values]
    text = json.dumps([int(backwards), *plain], cls=DjangoJSONEncoder)
    return urlsafe_b64encode(signer.sign(text).encode()).decode().rstrip("=")


def _read(
    cursor: str, columns: list[_Column], signer: Signer
) -> tuple[bool, list[Any]]:
    try:
        signed = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        backwards, *values = json.loads(signer.unsign(signed))
    except (ValueError, BadSignature) as error:
        raise BadCursor(_("This cursor is not one of this list's.")) from error
    return bool(backwards), [
        column.read(value) for column, value in zip(columns, values, strict=True)
    ]
