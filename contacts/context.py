"""What the navigation of every page shows of contacts."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from accounts.permissions import scope
from contacts.models.segment import SavedView


def pinned_views(request: HttpRequest) -> dict[str, Any]:
    """``pinned_views``: name and url of one's own and shared ones; read if shown."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}

    def read() -> list[dict[str, str]]:
        views = scope(user, SavedView, "read").filter(is_pinned=True)
        home = reverse("contacts:list")
        return [
            {"name": view.name, "url": f"{home}?{view.query}"}
            for view in views.order_by("name", "pk")
        ]

    return {"pinned_views": SimpleLazyObject(read)}
