"""One value of a JSON column, by its type. What is of another type reads as NULL.

No cast here can fail, whatever the column holds. Keys are bound as parameters, and
``is_safe_key`` says which may be used: those that all databases find in the same way.
"""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.db.models import (
    BooleanField,
    Field,
    FloatField,
    Func,
    JSONField,
    TextField,
)

_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_ .:-]{0,79}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def is_safe_key(key: str) -> bool:
    return _KEY.fullmatch(key) is not None


def is_date(text: Any) -> bool:
    """Shaped like 2026-05-31; whether the month has that day is not asked."""
    return isinstance(text, str) and _DATE.fullmatch(text) is not None


class _JsonValue(Func):
    postgresql: ClassVar[str]
    sqlite: ClassVar[str]

    def __init__(self, column: Any, key: str, *, output_field: Field) -> None:
        if not is_safe_key(key):
            raise ValueError(f"{key!r} cannot be looked up in JSON")
        super().__init__(column, output_field=output_field)
        self.key = key

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return self._fill(self.postgresql, self.key, compiler)

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return self._fill(self.sqlite, f'$."{self.key}"', compiler)

    def _fill(self, sql: str, key: str, compiler: Any) -> tuple[str, list[Any]]:
        """Put the column and the key wherever ``sql`` has one of the column."""
        column, params = compiler.compile(self.source_expressions[0])
        times = sql.count("{column}")
        return sql.replace("{column}", column), [*params, key] * times


class JsonText(_JsonValue):
    postgresql = """CASE WHEN jsonb_typeof({column} -> %s::text) = 'string'
        THEN {column} ->> %s::text END"""
    sqlite = """CASE WHEN json_type({column}, %s) = 'text'
        THEN json_extract({column}, %s) END"""

    def __init__(self, column: Any, key: str) -> None:
        super().__init__(column, key, output_field=TextField())


class JsonNumber(_JsonValue):
    postgresql = """CASE WHEN jsonb_typeof({column} -> %s::text) = 'number'
        THEN ({column} ->> %s::text)::numeric END"""
    sqlite = """CASE WHEN json_type({column}, %s) IN ('integer', 'real')
        THEN json_extract({column}, %s) END"""

    def __init__(self, column: Any, key: str) -> None:
        super().__init__(column, key, output_field=FloatField())


class JsonBoolean(_JsonValue):
    postgresql = """CASE WHEN jsonb_typeof({column} -> %s::text) = 'boolean'
        THEN ({column} ->> %s::text)::boolean END"""
    sqlite = "CASE json_type({column}, %s) WHEN 'true' THEN 1 WHEN 'false' THEN 0 END"

    def __init__(self, column: Any, key: str) -> None:
        super().__init__(column, key, output_field=BooleanField())


class JsonDate(_JsonValue):
    """As text: in this shape, days stand in the order of their letters."""

    postgresql = """CASE WHEN jsonb_typeof({column} -> %s::text) = 'string'
        AND ({column} ->> %s::text) ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'
        THEN {column} ->> %s::text END"""
    sqlite = """CASE WHEN json_type({column}, %s) = 'text'
        AND json_extract({column}, %s)
            GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'
        THEN json_extract({column}, %s) END"""

    def __init__(self, column: Any, key: str) -> None:
        super().__init__(column, key, output_field=TextField())


class JsonScalar(_JsonValue):
    """A text, number or boolean, as text; there to ask whether there is one."""

    postgresql = """CASE WHEN jsonb_typeof({column} -> %s::text)
        IN ('string', 'number', 'boolean')
        THEN NULLIF({column} ->> %s::text, '') END"""
    sqlite = """CASE WHEN json_type({column}, %s)
        IN ('text', 'integer', 'real', 'true', 'false')
        THEN NULLIF(json_extract({column}, %s), '') END"""

    def __init__(self, column: Any, key: str) -> None:
        super().__init__(column, key, output_field=TextField())


class WithoutKey(Func):
    """A JSON object without one of its keys, for ``update``."""

    def __init__(self, column: Any, key: str) -> None:
        if not is_safe_key(key):
            raise ValueError(f"{key!r} cannot be looked up in JSON")
        super().__init__(column, output_field=JSONField())
        self.key = key

    def as_postgresql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"({column} - %s::text)", [*params, self.key]

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.source_expressions[0])
        return f"json_remove({column}, %s)", [*params, f'$."{self.key}"']
