from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def take_reasons_out_of_facts(
    apps: Apps, schema_editor: BaseDatabaseSchemaEditor
) -> None:
    handoffs = apps.get_model("sales", "Handoff").objects.using(
        schema_editor.connection.alias
    )
    for handoff in handoffs.only("facts").iterator(chunk_size=500):
        handoff.reasons = handoff.facts.pop("reasons", [])
        handoff.save(update_fields=["reasons", "facts"])


class Migration(migrations.Migration):
    """The sentence is made of them when it is read, in the reader's language."""

    dependencies = [("sales", "0003_claims")]

    operations = [
        migrations.AddField(
            model_name="handoff",
            name="reasons",
            field=models.JSONField(default=list),
        ),
        migrations.RunPython(take_reasons_out_of_facts, migrations.RunPython.noop),
        migrations.RemoveField(model_name="handoff", name="why_now"),
    ]
