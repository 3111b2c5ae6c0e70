"""The period that a page of figures is about."""

from __future__ import annotations

from dataclasses import replace

from django.http import HttpRequest
from django.utils import timezone

from insights.selectors.asked_periods import UnreadablePeriod, asked_period
from insights.selectors.periods import Period, last_days


def period_of(request: HttpRequest) -> Period:
    """That of the query string; the last 30 days, with its problem, if it has none."""
    now = timezone.now()
    try:
        return asked_period(request.GET, at=now)
    except UnreadablePeriod as error:
        return replace(last_days(30, at=now), problem=str(error))
