"""The period that a page of figures is about."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils import timezone

from insights.selectors.periods import CHOICES, Period, last_days


def period_of(request: HttpRequest) -> Period:
    """The last ``days`` of the query string; 30 for anything that is not offered."""
    wanted = request.GET.get("days", "")
    days = int(wanted) if wanted in map(str, CHOICES) else 30
    return last_days(days, at=timezone.now())
