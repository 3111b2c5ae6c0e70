import datetime
from typing import Any

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

IN_REACH = [
    django.core.validators.MinValueValidator(datetime.date(1990, 1, 1)),
    django.core.validators.MaxValueValidator(datetime.date(2099, 12, 31)),
]


def spread_over_days(apps: Any, schema_editor: Any) -> None:
    """What was one number is taken as spent since the journey was made, until today."""
    MeasureCost = apps.get_model("journeys", "MeasureCost")
    measures = apps.get_model("journeys", "Measure").objects.filter(cost__isnull=False)
    today = timezone.localdate()
    MeasureCost.objects.bulk_create(
        MeasureCost(
            measure=measure,
            amount=measure.cost,
            since_date=min(timezone.localdate(measure.phase.journey.created_at), today),
            until_date=today,
        )
        for measure in measures.select_related("phase__journey").order_by("pk")
    )


def add_up(apps: Any, schema_editor: Any) -> None:
    Measure = apps.get_model("journeys", "Measure")
    for measure in Measure.objects.prefetch_related("costs"):
        if costs := measure.costs.all():
            measure.cost = sum(cost.amount for cost in costs)
            measure.save(update_fields=["cost"])


class Migration(migrations.Migration):
    dependencies = [
        ("journeys", "0006_deals"),
    ]

    operations = [
        migrations.CreateModel(
            name="MeasureCost",
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
                    "amount",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="amount in euros",
                    ),
                ),
                (
                    "per",
                    models.CharField(
                        choices=[
                            ("total", "Whole period"),
                            ("month", "Calendar month"),
                        ],
                        default="total",
                        max_length=5,
                        verbose_name="for the",
                    ),
                ),
                (
                    "since_date",
                    models.DateField(validators=IN_REACH, verbose_name="first day"),
                ),
                (
                    "until_date",
                    models.DateField(
                        blank=True,
                        null=True,
                        validators=IN_REACH,
                        verbose_name="last day",
                    ),
                ),
                (
                    "note",
                    models.CharField(
                        blank=True, max_length=120, verbose_name="what for"
                    ),
                ),
                (
                    "measure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="costs",
                        to="journeys.measure",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_date", None),
                            ("until_date__gte", models.F("since_date")),
                            _connector="OR",
                        ),
                        name="journeys_cost_ends_after_it_begins",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)),
                        name="journeys_cost_is_never_negative",
                    ),
                ],
            },
        ),
        migrations.RunPython(spread_over_days, add_up),
    ]
