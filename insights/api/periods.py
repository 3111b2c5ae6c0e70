"""The period that a request for figures is about."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from insights.selectors.asked_periods import UnreadablePeriod, asked_period
from insights.selectors.periods import CHOICES, Period
from leadhub.errors import InvalidValue

PERIOD_PARAMETERS = [
    OpenApiParameter("days", int, enum=CHOICES, default=30),
    OpenApiParameter(
        "period",
        str,
        description="`month`, `last_month`, `quarter`, `last_quarter`, a month as "
        "`2026-10`, a quarter as `2026-Q4`, or a number as in `days`.",
    ),
    OpenApiParameter("from", str, description="The first day, as `2026-10-01`."),
    OpenApiParameter(
        "to", str, description="The last day, as `2026-10-31`; today unless told."
    ),
]


def period_asked_for(request: Request) -> Period:
    """Raises ``InvalidValue``."""
    try:
        return asked_period(request.query_params, at=timezone.now())
    except UnreadablePeriod as error:
        raise InvalidValue(str(error), attr=error.attr) from error
