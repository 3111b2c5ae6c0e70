from typing import Any

from django.db import migrations
from django.utils import timezone


def end(apps: Any, schema_editor: Any) -> None:
    """As publishing does from now on: a measure that comes back cost nothing meanwhile."""
    rows = apps.get_model("journeys", "MeasureCost").objects.filter(
        per="month", until_date=None, measure__retired_at__isnull=False
    )
    for cost in rows.select_related("measure"):
        last = timezone.localdate(cost.measure.retired_at)
        if cost.since_date > last:
            cost.delete()
        else:
            cost.until_date = last
            cost.save(update_fields=["until_date"])


class Migration(migrations.Migration):
    dependencies = [("journeys", "0009_versions_goals_and_exits")]

    operations = [migrations.RunPython(end, migrations.RunPython.noop, elidable=True)]
