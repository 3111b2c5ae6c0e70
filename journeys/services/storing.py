"""How interactions are written: one or five thousand, in one statement."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import Field

from journeys.models.interaction import Event, Interaction

_TYPES = {
    "UUIDField": "uuid",
    "ForeignKey": "bigint",
    "CharField": "text",
    "DateTimeField": "timestamptz",
    "JSONField": "jsonb",
    "DecimalField": "numeric",
    "BooleanField": "boolean",
}


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
    """The same in one statement, and a second one if there are repeats.

    The rows travel as one JSON text: of all ways to hand 5,000 of them over it costs
    Python least. ``RETURNING`` names those that were new.
    """
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [json.dumps([_plain(row) for row in ordered])])
        new = {(source, event_id) for source, event_id in cursor.fetchall()}
    stored = {row.event: row for row in ordered}
    if len(new) < len(stored):
        repeated = stored.keys() - new
        stored |= Interaction.objects.by_event(repeated)
    for event in new:
        stored[event]._state.adding = False
        stored[event]._state.db = connection.alias
    return stored, new


def _fields() -> list[Field]:
    return list(Interaction._meta.concrete_fields)


def _statement() -> str:
    if not _cached:
        names = ", ".join(f'"{field.column}"' for field in _fields())
        types = ", ".join(
            f'"{field.column}" {_TYPES[field.get_internal_type()]}'
            for field in _fields()
        )
        _cached.append(
            # Names come from the model, values from the one parameter.
            f'INSERT INTO "{Interaction._meta.db_table}" ({names}) '  # noqa: S608
            f"SELECT {names} FROM json_to_recordset(%s::json) AS row ({types}) "
            "ON CONFLICT (source, event_id) DO NOTHING RETURNING source, event_id"
        )
    return _cached[0]


_cached: list[str] = []


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
