"""Many rows at once, as fast as the database takes them.

PostgreSQL takes them by ``COPY``, every other database, and few rows, by ``INSERT``.
Both leave the same rows, and the same ``IntegrityError``.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField, Model

# Up to here one statement of values is as quick.
FEW = 20
NULL = r"\N"
_ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def insert_rows(
    model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert rows of values; ``columns`` are attributes (``contact_id``).

    The others get their defaults, the same in all rows. The database numbers the rows;
    nobody learns how.
    """
    if len(rows) > FEW and connection.vendor == "postgresql":
        copy_rows(model, columns, rows)
    else:
        model._default_manager.bulk_create(
            [model(**dict(zip(columns, row, strict=True))) for row in rows],
            batch_size=5_000,
        )


def insert_objects(model: type[Model], objects: Sequence[Model]) -> None:
    """``bulk_create``, with their numbers, for models whose fields need no ``pre_save``.

    Numbers rise in the order of the objects.
    """
    if len(objects) <= FEW or connection.vendor != "postgresql":
        model._default_manager.bulk_create(objects)
        return
    names = [field.attname for field in model._meta.concrete_fields]
    for number, each in zip(_numbers(model, len(objects)), objects, strict=True):
        each.pk = number
    copy_rows(
        model, names, [[getattr(each, name) for name in names] for each in objects]
    )
    for each in objects:
        each._state.adding, each._state.db = False, connection.alias


def update_objects(
    model: type[Model], objects: Sequence[Model], columns: Sequence[str]
) -> None:
    """Write these columns of rows that are there, each with other values.

    ``columns`` are attributes (``owner_id``). For rows that are locked: one that is
    gone is passed by on PostgreSQL, and made anew elsewhere. An upsert that names a
    unique column would lock its rows against the foreign keys of others, who wait
    for them at COMMIT; an update does so only if such a value becomes another.
    """
    if not objects:
        return
    by_name = {field.attname: field for field in model._meta.concrete_fields}
    if connection.vendor != "postgresql":
        model._default_manager.bulk_create(
            objects,
            update_conflicts=True,
            unique_fields=[model._meta.pk.name],
            update_fields=[by_name[column].name for column in columns],
        )
        return
    quote = connection.ops.quote_name
    key = model._meta.pk
    fields = [key, *(by_name[column] for column in columns)]
    names = [quote(str(field.column)) for field in fields]
    types = [field.db_type(connection) for field in fields]
    typed = ", ".join(f"{name} {of}" for name, of in zip(names, types, strict=True))
    changes = ", ".join(f"{name} = new.{name}" for name in names[1:])
    statement = (
        f"UPDATE {quote(model._meta.db_table)} AS old SET {changes}"  # noqa: S608
        f" FROM json_to_recordset(%s::json) AS new ({typed})"
        f" WHERE old.{names[0]} = new.{names[0]}"
    )
    rows = [{f.column: getattr(each, f.attname) for f in fields} for each in objects]
    with connection.cursor() as cursor:
        cursor.execute(statement, [json.dumps(rows, default=str)])


def _numbers(model: type[Model], count: int) -> list[int]:
    statement = (
        "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)"
    )
    names = [model._meta.db_table, model._meta.pk.column]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*names, count])
        return [number for (number,) in cursor.fetchall()]


def copy_rows(
    model: type[Model],
    columns: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    into: str = "",
) -> None:
    """``insert_rows`` by ``COPY``, of PostgreSQL; ``into`` another table like it."""
    meta, quote = model._meta, connection.ops.quote_name
    by_name = {field.attname: field for field in meta.concrete_fields}
    given = [by_name.pop(column) for column in columns]
    rest = [field for field in by_name.values() if not field.primary_key]
    end = "".join(f"\t{_text_of(field)(field.get_default())}" for field in rest)
    # Column by column: a row is then put together without a step in Python for each.
    texts = [
        map(_text_of(field), values)
        for field, values in zip(given, zip(*rows, strict=True), strict=True)
    ]
    lines = ["\t".join(row) + end for row in zip(*texts, strict=True)]
    names = ", ".join(quote(str(field.column)) for field in [*given, *rest])
    statement = f"COPY {quote(into or meta.db_table)} ({names}) FROM STDIN"
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.copy_expert(statement, io.StringIO("\n".join(lines) + "\n"))


def _text_of(field: Field) -> Callable[[Any], str]:
    # Most values of a column come again and again.
    return _json if isinstance(field, JSONField) else cache(_plain)


def _plain(value: Any) -> str:
    return NULL if value is None else str(value).translate(_ESCAPES)


def _json(value: Any) -> str:
    if value == {}:  # of most rows; so is the next
        return "{}"
    if value == []:
        return "[]"
    return NULL if value is None else json.dumps(value).translate(_ESCAPES)
