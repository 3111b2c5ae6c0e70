from django.db import migrations, models


class Migration(migrations.Migration):
    """Lines of inboxes keep facts; what old ones say stays as it was written."""

    dependencies = [("accounts", "0002_surfacing_notifications")]

    operations = [
        migrations.RenameField("notification", "detail", "text"),
        migrations.AddField(
            model_name="notification",
            name="facts",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="job",
            name="language",
            field=models.CharField(blank=True, max_length=10, default=""),
        ),
    ]
