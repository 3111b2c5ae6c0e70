from typing import Any

from django.db import migrations

# What an arrival is made of, beside interactions (0004): when a contact was created, and
# whether it goes on as another one.
COUNTED = ("created_at", "merged_into_id")
TABLE, MARKS = "contacts_contact", "INSERT INTO insights_rollupmark (contact_id, day)"
EVENTS = ("insert", "update", "delete")


def add_marks(apps: Any, schema_editor: Any) -> None:
    """Let the database note what changes of a contact, whoever changes it."""
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for event in EVENTS:
        for statement in (_postgresql if is_postgresql else _sqlite)(event):
            schema_editor.execute(statement, params=None)


def drop_marks(apps: Any, schema_editor: Any) -> None:
    for event in EVENTS:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {_name(event)} ON {TABLE}")
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {_name(event)}()")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {_name(event)}")


def count_anew(apps: Any, schema_editor: Any) -> None:
    """What was complete knew nothing of arrivals. The next sweep counts."""
    states = apps.get_model("insights", "RollupState").objects
    states.update(is_complete=False, days_until=None, contacts_until=0)


def _name(event: str) -> str:
    return f"insights_mark_contact_{event}"


def _postgresql(event: str) -> list[str]:
    name, day = _name(event), "(%s.created_at AT TIME ZONE 'UTC')::date"
    trigger = f"CREATE TRIGGER {name} AFTER {event.upper()}"
    if event == "update":
        # Row by row: contacts change all the time, and this hardly ever does.
        what = f"VALUES (NEW.id, {day % 'NEW'})"
        was, row = (
            ", ".join(f"{one}.{column}" for column in COUNTED) for one in ("OLD", "NEW")
        )
        of = f"OF {', '.join(COUNTED)} ON {TABLE} FOR EACH ROW"
        of += f" WHEN (({was}) IS DISTINCT FROM ({row}))"
    else:
        rows = "NEW" if event == "insert" else "OLD"
        what = f"SELECT row.id, {day % 'row'} FROM rows AS row"  # noqa: S608
        of = f"ON {TABLE} REFERENCING {rows} TABLE AS rows FOR EACH STATEMENT"
    function = f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
    return [
        f"{function} AS $$ BEGIN {MARKS} {what}; RETURN NULL; END $$",
        f"{trigger} {of} EXECUTE FUNCTION {name}()",
    ]


def _sqlite(event: str) -> list[str]:
    """SQLite has one writer, and keeps moments in UTC."""
    row = "OLD" if event == "delete" else "NEW"
    when = ""
    if event == "update":
        changed = (f"OLD.{column} IS NOT NEW.{column}" for column in COUNTED)
        when = f"WHEN {' OR '.join(changed)}"
    trigger = f"CREATE TRIGGER {_name(event)} AFTER {event.upper()} ON {TABLE}"
    mark = f"{MARKS} VALUES ({row}.id, date({row}.created_at))"
    return [f"{trigger} FOR EACH ROW {when} BEGIN {mark}; END"]


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0014_company_guard"),
        ("insights", "0012_arrivals"),
    ]

    operations = [
        migrations.RunPython(add_marks, drop_marks),
        migrations.RunPython(count_anew, migrations.RunPython.noop),
    ]
