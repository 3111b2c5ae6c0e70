from typing import Any

from django.db import migrations

# What a passage is made of, beside interactions (0004): when contacts came into which
# phases, where these stand in their journeys, and whose measures they are.
MARKS = "INSERT INTO insights_rollupmark (contact_id, day)"
VISIT, PHASE, MEASURE = "journeys_phasevisit", "journeys_phase", "journeys_measure"
COUNTED = {
    VISIT: "contact_id phase_id entered_at".split(),
    PHASE: "position outcome retired_at".split(),
    MEASURE: ["phase_id"],
}
TRIGGERS = [(VISIT, event) for event in ("insert", "update", "delete")]
TRIGGERS += [(PHASE, "update"), (MEASURE, "update")]

# All who ever were in the journey; all whom the measure touched.
OF_JOURNEYS = (
    "SELECT DISTINCT visit.contact_id, {today} FROM journeys_phasevisit AS visit"
    " JOIN journeys_phase AS phase ON phase.id = visit.phase_id"
    " WHERE phase.journey_id IN ({changed})"
)
OF_MEASURES = (
    "SELECT DISTINCT touch.contact_id, {today} FROM insights_measuretouch AS touch"
    " WHERE touch.measure_id IN ({changed})"
)


def add_marks(apps: Any, schema_editor: Any) -> None:
    """Let the database note what changes, whoever changes it."""
    is_postgresql = schema_editor.connection.vendor == "postgresql"
    for table, event in TRIGGERS:
        found = (_postgresql if is_postgresql else _sqlite)(table, event)
        for statement in found:
            schema_editor.execute(statement, params=None)


def drop_marks(apps: Any, schema_editor: Any) -> None:
    for table, event in TRIGGERS:
        name = _name(table, event)
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            schema_editor.execute(f"DROP FUNCTION IF EXISTS {name}()")
        else:
            schema_editor.execute(f"DROP TRIGGER IF EXISTS {name}")


def count_anew(apps: Any, schema_editor: Any) -> None:
    """What was complete knew nothing of passages. The next sweep counts."""
    states = apps.get_model("insights", "RollupState").objects
    states.update(is_complete=False, days_until=None, contacts_until=0)


def _name(table: str, event: str) -> str:
    return f"insights_mark_{table.removeprefix('journeys_')}_{event}"


def _postgresql(table: str, event: str) -> list[str]:
    tables = {
        "insert": "NEW TABLE AS new_rows",
        "update": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "delete": "OLD TABLE AS old_rows",
    }[event]
    day = "(row.entered_at AT TIME ZONE 'UTC')::date"
    rows = "new_rows" if event == "insert" else "old_rows"
    contacts = f"SELECT DISTINCT row.contact_id, {day} FROM {rows} AS row"  # noqa: S608
    if event == "update":
        was, row = (
            ", ".join(f"{one}.{name}" for name in COUNTED[table])
            for one in ("was", "row")
        )
        both = (
            "FROM old_rows AS was JOIN new_rows AS row ON row.id = was.id"
            f" WHERE ({was}) IS DISTINCT FROM ({row})"
        )
        today = "(now() AT TIME ZONE 'UTC')::date"
        contacts = {
            VISIT: f"SELECT was.contact_id, {day} {both}"  # noqa: S608
            f" UNION SELECT row.contact_id, {day} {both}",
            PHASE: OF_JOURNEYS.format(
                today=today, changed=f"SELECT row.journey_id {both}"
            ),
            MEASURE: OF_MEASURES.format(today=today, changed=f"SELECT row.id {both}"),
        }[table]
    name = _name(table, event)
    function = f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql"
    trigger = f"CREATE TRIGGER {name} AFTER {event.upper()} ON {table}"
    return [
        f"{function} AS $$ BEGIN {MARKS} {contacts}; RETURN NULL; END $$",
        f"{trigger} REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
    ]


def _sqlite(table: str, event: str) -> list[str]:
    """SQLite has one writer, and keeps moments in UTC."""
    rows = {"insert": ["NEW"], "update": ["OLD", "NEW"], "delete": ["OLD"]}[event]
    contacts = {
        VISIT: "VALUES "
        + ", ".join(f"({row}.contact_id, date({row}.entered_at))" for row in rows),
        PHASE: OF_JOURNEYS.format(today="date('now')", changed="NEW.journey_id"),
        MEASURE: OF_MEASURES.format(today="date('now')", changed="NEW.id"),
    }[table]
    when = ""
    if event == "update":
        when = "WHEN " + " OR ".join(
            f"OLD.{name} IS NOT NEW.{name}" for name in COUNTED[table]
        )
    trigger = f"CREATE TRIGGER {_name(table, event)} AFTER {event.upper()} ON {table}"
    return [f"{trigger} FOR EACH ROW {when} BEGIN {MARKS} {contacts}; END"]


class Migration(migrations.Migration):
    dependencies = [
        ("insights", "0008_passages"),
        ("journeys", "0009_versions_goals_and_exits"),
    ]

    operations = [
        migrations.RunPython(add_marks, drop_marks),
        migrations.RunPython(count_anew, migrations.RunPython.noop),
    ]
