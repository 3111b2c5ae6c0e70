from datetime import timedelta

import django.db.models.deletion
import sales.models.calendar
from django.conf import settings
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def let_the_clock_run(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What is open is watched from now on; what was accepted had 24 hours."""
    handoffs = apps.get_model("sales", "Handoff").objects.using(
        schema_editor.connection.alias
    )
    handoffs.filter(status="offered", accept_by__isnull=False).update(
        assigned_at=F("offered_at"), acts_at=F("accept_by")
    )
    handoffs.filter(accepted_at__isnull=False).update(
        touch_by=F("accepted_at") + timedelta(hours=24)
    )


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_working_hours"),
        ("contacts", "0011_who_changed_a_field"),
        ("journeys", "0005_who_changed_it"),
        ("sales", "0004_reasons_instead_of_a_sentence"),
        ("scoring", "0003_who_changed_it"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Holiday",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("date", models.DateField(verbose_name="day")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
            ],
        ),
        migrations.CreateModel(
            name="PromiseSettings",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "accept_minutes",
                    models.PositiveIntegerField(
                        default=240, verbose_name="answer within"
                    ),
                ),
                ("fast_minutes", models.JSONField(default=sales.models.calendar.fast)),
                (
                    "touch_minutes",
                    models.PositiveIntegerField(
                        default=480, verbose_name="first touch within"
                    ),
                ),
                (
                    "hours",
                    models.JSONField(
                        default=sales.models.calendar.office,
                        verbose_name="working hours",
                    ),
                ),
                (
                    "timezone",
                    models.CharField(
                        blank=True, default="", max_length=64, verbose_name="time zone"
                    ),
                ),
                ("updated_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Territory",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                (
                    "name",
                    models.CharField(max_length=80, unique=True, verbose_name="name"),
                ),
                ("condition", models.JSONField(default=dict, verbose_name="condition")),
                ("position", models.PositiveIntegerField(default=0)),
                ("updated_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name="handoff",
            name="accept_minutes",
            field=models.PositiveIntegerField(default=240),
        ),
        migrations.AddField(
            model_name="handoff",
            name="acts_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="handoff",
            name="assigned_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="handoff",
            name="because_of",
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name="handoff",
            name="missed_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="handoff",
            name="misses",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="handoff",
            name="passes_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="handoff",
            name="touch_by",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="handoff",
            name="touched_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="handoff",
            name="warn_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="handoff",
            name="warned_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="handoffevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("offered", "Offered"),
                    ("crossed_again", "Became ready again"),
                    ("reassigned", "Given to somebody else"),
                    ("warned", "Reminded at half time"),
                    ("missed", "Not answered in time"),
                    ("passed_on", "Taken to somebody else"),
                    ("expired", "Expired"),
                    ("accepted", "Accepted"),
                    ("untouched", "No first touch in time"),
                    ("declined", "Declined"),
                    ("returned", "May be offered again"),
                ],
                max_length=14,
            ),
        ),
        migrations.AddIndex(
            model_name="handoff",
            index=models.Index(
                condition=models.Q(("acts_at__isnull", False)),
                fields=["acts_at"],
                name="sales_handoff_acting",
            ),
        ),
        migrations.AddField(
            model_name="holiday",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="journeys.team",
                verbose_name="team",
            ),
        ),
        migrations.AddField(
            model_name="promisesettings",
            name="updated_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="territory",
            name="rep",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="territories",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="territory",
            name="team",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                to="journeys.team",
            ),
        ),
        migrations.AddField(
            model_name="territory",
            name="updated_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="holiday",
            constraint=models.UniqueConstraint(
                fields=("date", "team"), name="sales_holiday_once_per_team"
            ),
        ),
        migrations.AddConstraint(
            model_name="holiday",
            constraint=models.UniqueConstraint(
                condition=models.Q(("team", None)),
                fields=("date",),
                name="sales_holiday_once_for_all",
            ),
        ),
        migrations.AddConstraint(
            model_name="promisesettings",
            constraint=models.CheckConstraint(
                condition=models.Q(("pk", 1)), name="sales_promise_settings_is_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="territory",
            constraint=models.CheckConstraint(
                condition=models.Q(("rep", None), ("team", None), _connector="XOR"),
                name="sales_territory_has_one",
            ),
        ),
        migrations.RunPython(let_the_clock_run, migrations.RunPython.noop),
    ]
