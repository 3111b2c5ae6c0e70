"""What every page of the interface knows."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Notification
from accounts.permissions import scope


def workplace(request: HttpRequest) -> dict[str, Any]:
    """``inbox_count``, counted only if the page shows it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    waiting = scope(user, Notification, "read").in_inbox(at=timezone.now())
    # Asked for by the navigation and by the poll: counted once.
    return {"inbox_count": cache(waiting.count)}
