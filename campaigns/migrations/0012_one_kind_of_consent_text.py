"""What a form asks to agree to is said in one place: its consent texts."""

from typing import Any

from django.db import migrations
from django.utils import timezone

NAME = "agreement"


def move(apps: Any, schema_editor: Any) -> None:
    Form = apps.get_model("campaigns", "Form")
    ConsentText = apps.get_model("campaigns", "ConsentText")
    now = timezone.now()
    for form in Form.objects.exclude(consent_text="").iterator():
        ConsentText.objects.create(
            form=form,
            name=NAME,
            language=form.language,
            version=1,
            text=form.consent_text,
            purposes=[],
            is_required=True,
            at=now,
        )
    FormSubmission = apps.get_model("campaigns", "FormSubmission")
    rows = FormSubmission.objects.exclude(consent_text="").select_related("form")
    for sent in rows.iterator():
        shown = {
            "name": NAME,
            "version": 1,
            "language": sent.form.language,
            "text": sent.consent_text,
            "purposes": [],
            "agreed": True,
        }
        sent.consents = [*sent.consents, shown]
        sent.save(update_fields=["consents"])


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0011_interests_and_events")]

    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.RemoveField("form", "consent_text"),
        migrations.RemoveField("formsubmission", "consent_text"),
    ]
