"""When interests are looked at."""

from datetime import UTC, datetime

NOW = datetime(2026, 5, 6, 12, tzinfo=UTC)
