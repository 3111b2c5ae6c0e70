"""How interactions are written: one or five thousand, in one statement."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from django.db import IntegrityError, connection, transaction

from journeys.models.interaction import Event, Interaction
from leadhub.copying import copy_rows

# From so many rows on, COPY pays.
MANY = 200
_TYPES = {
    "UUIDField": "uuid",
    "ForeignKey": "bigint",
    "CharField": "text",
    "DateTimeField": "timestamptz",
    "JSONField": "jsonb",
    "DecimalField": "numeric",
    "BooleanField": "boolean",
}
_FIELDS = Interaction._meta.concrete_fields
_COLUMNS = ", ".join(f'"{field.column}"' for field in _FIELDS)
_NAMES = [field.attname for field in _FIELDS]
_TYPED = ", ".join(
    f'"{field.column}" {_TYPES[field.get_internal_type()]}' for field in _FIELDS
)
_TABLE = f'"{Interaction._meta.db_table}"'
# Names come from the model; values travel as a parameter or by COPY.
_INSERT = (
    f"INSERT INTO {_TABLE} ({_COLUMNS}) SELECT {_COLUMNS} FROM %s "  # noqa: S608
    "ON CONFLICT (source, event_id) DO NOTHING RETURNING source, event_id"
)
_INSERT_FEW = _INSERT % f"json_to_recordset(%s::json) AS row ({_TYPED})"
_INSERT_MANY = _INSERT % "incoming"


def store(rows: Collection[Interaction]) -> tuple[dict[Event, Interaction], set[Event]]:
    """Insert the rows whose event is not stored yet.

    Returns what is stored by event, and the events that were new. In the order of the
    key, so that two batches never wait for each other; one that brings an event at
    once with another waits for it to commit.
    """
    ordered = sorted(rows, key=lambda row: row.event)
    if connection.vendor == "postgresql":
        return _store_at_once(ordered)
    return _store_portably(ordered)


def _store_portably(
    ordered: list[Interaction],
) -> tuple[dict[Event, Interaction], set[Event]]:
    stored = Interaction.objects.add(ordered)
    new = {row.event for row in ordered if stored[row.event].pk == row.pk}
    return stored, new


def _store_at_once(
    ordered: list[Interaction],
) -> tuple[dict[Event, Interaction], set[Event]]:
    """The same in one statement, and some more if there are repeats."""
    insert = _insert_many if len(ordered) >= MANY else _insert_few
    new = insert(ordered)
    stored = {row.event: row for row in ordered}
    if len(new) < len(stored):
        repeated = stored.keys() - new
        stored |= Interaction.objects.by_event(repeated)
    for event in new:
        stored[event]._state.adding = False
        stored[event]._state.db = connection.alias
    return stored, new


def _insert_few(rows: list[Interaction]) -> set[Event]:
    """The rows travel as one JSON text. ``RETURNING`` names those that were new."""
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_FEW, [json.dumps([_plain(row) for row in rows])])
        return set(cursor.fetchall())


def _insert_many(rows: list[Interaction]) -> set[Event]:
    """By ``COPY``, which knows no conflicts: first as if there were none.

    There mostly are none, and it takes half the time. The first one ends it, also one
    with a batch that commits at the same moment.
    """
    values = [[getattr(row, name) for name in _NAMES] for row in rows]
    try:
        with transaction.atomic():
            copy_rows(Interaction, _NAMES, values)
    except IntegrityError:
        return _insert_new(values)
    return {row.event for row in rows}


def _insert_new(values: list[list[Any]]) -> set[Event]:
    """By way of a table that is thrown away again."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE incoming (LIKE {_TABLE})")
        copy_rows(Interaction, _NAMES, values, into="incoming")
        cursor.execute(_INSERT_MANY)
        new = set(cursor.fetchall())
        cursor.execute("DROP TABLE incoming")
        return new


def _plain(row: Interaction) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "contact_id": row.contact_id,
        "visitor_id": row.visitor_id,
        "kind": row.kind,
        "channel": row.channel,
        "source": row.source,
        "event_id": row.event_id,
        "occurred_at": row.occurred_at.isoformat(),
        "recorded_at": row.recorded_at.isoformat(),
        "url": row.url,
        "title": row.title,
        "utm": row.utm,
        "value": None if row.value is None else str(row.value),
        "properties": row.properties,
        "measure_id": row.measure_id,
        "link_id": row.link_id,
        "by_id": row.by_id,
        "is_machine": row.is_machine,
        "machine_reason": row.machine_reason,
    }
