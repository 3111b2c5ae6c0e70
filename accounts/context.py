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

    @cache  # asked for by the navigation and by the poll
    def inbox_count() -> int:
        now = timezone.now()
        waiting = scope(user, Notification, "read").in_inbox(at=now)
        count, _new = waiting.count_shown(since=now)
        return count

    return {"inbox_count": inbox_count}
