from typing import Any

from django.db import migrations


def add_trigrams(apps: Any, schema_editor: Any) -> None:
    """On PostgreSQL: find any part of a word by index. Elsewhere a scan does."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        schema_editor.execute(
            "CREATE INDEX contacts_search ON contacts_contact"
            " USING gin (search_text gin_trgm_ops)"
        )


def drop_trigrams(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS contacts_search")


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_search_text_and_company_key")]

    operations = [migrations.RunPython(add_trigrams, drop_trigrams)]
