from django.db import migrations


class Migration(migrations.Migration):
    """Apart from where the costs are moved: PostgreSQL alters no table meanwhile."""

    dependencies = [
        ("journeys", "0007_measure_costs"),
    ]

    operations = [
        migrations.RemoveField(model_name="measure", name="cost"),
    ]
