"""What programs elsewhere are told about a contact: its number, and where it is."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from accounts.services.webhook_events import News


def news_of(contact_id: int, *, key: str = "", **ids: Any) -> News:
    """``ids`` are numbers and words of what else it is about."""
    path = reverse("contacts:detail", args=[contact_id])
    return News(ids=ids, contact_id=contact_id, path=path, key=key)
