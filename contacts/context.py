"""What the navigation of every page shows of contacts."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.permissions import scope
from contacts.models.segment import SavedView


def pinned_views(request: HttpRequest) -> dict[str, Any]:
    """``pinned_views``: one's own that are pinned, and the shared ones; read if shown."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}

    def read() -> QuerySet[SavedView]:
        views = scope(user, SavedView, "read").filter(is_pinned=True)
        return views.filter(Q(owner=user) | Q(is_shared=True)).order_by("name", "pk")

    return {"pinned_views": read}
