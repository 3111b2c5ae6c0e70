from typing import Any

from django.db import migrations

# What a dashboard counts of an interaction. Nothing else that changes is of interest.
COUNTED = "contact_id kind channel measure_id is_machine occurred_at".split()
TABLE, MARKS = "journeys_interaction", "insights_rollupmark"
EVENTS = ("insert", "update", "delete")

# One statement marks once for each contact and day, however many rows it writes.
DAY_OF = "(%s.occurred_at AT TIME ZONE 'UTC')::date"
EACH = f"SELECT DISTINCT row.contact_id, {DAY_OF % 'row'} FROM %s AS row"  # noqa: S608
DIFFERENT = "({}) IS DISTINCT FROM ({})".format(
    ", ".join(f"was.{name}" for name in COUNTED),
    ", ".join(f"row.{name}" for name in COUNTED),
)
BOTH = (
    f"SELECT DISTINCT either.contact_id, {DAY_OF % 'either'}"  # noqa: S608
    " FROM old_rows AS was JOIN new_rows AS row ON row.id = was.id"
    " CROSS JOIN LATERAL (VALUES (was.contact_id, was.occurred_at),"
    " (row.contact_id, row.occurred_at)) AS either (contact_id, occurred_at)"
    f" WHERE {DIFFERENT}"
)
POSTGRESQL = {
    "insert": ("NEW TABLE AS new_rows", EACH % "new_rows"),
    "update": ("OLD TABLE AS old_rows NEW TABLE AS new_rows", BOTH),
    "delete": ("OLD TABLE AS old_rows", EACH % "old_rows"),
}
# SQLite has one writer, and keeps moments in UTC.
SQLITE = {"insert": ["NEW"], "update": ["OLD", "NEW"], "delete": ["OLD"]}


def add_marks(apps: Any, schema_editor: Any) -> None:
    """Let the database note what changes of an interaction, whoever changes it."""
    for event in EVENTS:
        if schema_editor.connection.vendor == "postgresql":
            statements = _postgresql(event)
        else:
            statements = [_sqlite(event)]
        for statement in statements:
            schema_editor.execute(statement, params=None)


def drop_marks(apps: Any, schema_editor: Any) -> None:
    for event in EVENTS:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {_name(event)} ON {TABLE}")
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {_name(event)}()")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {_name(event)}")


def _name(event: str) -> str:
    return f"insights_mark_{event}"


def _postgresql(event: str) -> list[str]:
    tables, changed = POSTGRESQL[event]
    name = _name(event)
    insert = f"INSERT INTO {MARKS} (contact_id, day) {changed};"
    body = f"BEGIN {insert} RETURN NULL; END"
    function = f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
    trigger = f"CREATE TRIGGER {name} AFTER {event.upper()} ON {TABLE}"
    each = f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
    return [
        f"{function} AS $$ {body} $$",
        f"{trigger} REFERENCING {tables} {each}",
    ]


def _sqlite(event: str) -> str:
    values = ", ".join(
        f"({row}.contact_id, date({row}.occurred_at))" for row in SQLITE[event]
    )
    insert = f"INSERT INTO {MARKS} (contact_id, day) VALUES {values};"  # noqa: S608
    trigger = f"CREATE TRIGGER {_name(event)} AFTER {event.upper()} ON {TABLE}"
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in COUNTED)
    when = f"WHEN {changed}" if event == "update" else ""
    return f"{trigger} FOR EACH ROW {when} BEGIN {insert} END"


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0003_rollups"),
        ("journeys", "0006_deals"),
    ]

    operations = [migrations.RunPython(add_marks, drop_marks)]
