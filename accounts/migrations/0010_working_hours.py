from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_event_feed")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="working_hours",
            field=models.JSONField(blank=True, null=True, verbose_name="working hours"),
        ),
        migrations.AddField(
            model_name="user",
            name="timezone",
            field=models.CharField(
                blank=True, default="", max_length=64, verbose_name="time zone"
            ),
        ),
    ]
