from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RemoveIndex(
            model_name="notification", name="accounts_notification_inbox"
        ),
        migrations.RemoveField(model_name="notification", name="snoozed_until"),
        migrations.RenameField(
            model_name="notification", old_name="updated_at", new_name="surfaces_at"
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("done_at", None)),
                fields=["recipient", "-surfaces_at", "-id"],
                name="accounts_notification_inbox",
            ),
        ),
    ]
