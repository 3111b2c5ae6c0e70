from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def count_anew(apps: Any, schema_editor: Any) -> None:
    """What was complete knew nothing of first measures. The next sweep counts."""
    states = apps.get_model("insights", "RollupState").objects
    states.update(is_complete=False, days_until=None, contacts_until=0)


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0014_company_guard"),
        ("insights", "0013_arrival_marks"),
    ]

    operations = [
        migrations.CreateModel(
            name="FirstMeasure",
            fields=[
                (
                    "contact",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        primary_key=True,
                        related_name="first_measure",
                        serialize=False,
                        to="contacts.contact",
                    ),
                ),
                ("measure_id", models.BigIntegerField()),
            ],
        ),
        migrations.RunPython(count_anew, migrations.RunPython.noop),
    ]
