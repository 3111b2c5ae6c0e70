"""What a subscription asks for, as of now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from accounts.permissions import scope
from insights.models import ReportMail, ReportSubscription
from insights.reports.definitions import Asked
from insights.reports.registry import REPORTS
from insights.selectors.periods import Period, from_days, month_of
from journeys.models import Journey

DAY = timedelta(days=1)


def period_on(
    subscription: ReportSubscription, day: date | None, *, at: datetime
) -> Period:
    """What is over by ``day``: the seven days before it, or the calendar month.

    ``day`` None: the day of ``at``.
    """
    day = day or timezone.localdate(at)
    if subscription.every == ReportSubscription.Every.MONTH:
        return month_of(day.replace(day=1) - DAY, at=at)
    return from_days(day - 7 * DAY, day - DAY)


def asked_of(
    subscription: ReportSubscription, *, reader: User, period: Period
) -> Asked | None:
    """None if the reader may not read it (any more), or if there is no such report."""
    report = REPORTS.get(subscription.report)
    if report is None or not report.may_read(reader):
        return None
    journey = None
    if report.needs_journey:
        journeys = scope(reader, Journey, "read").filter(pk=subscription.journey_id)
        journey = journeys.first()
        if journey is None:
            return None
    return Asked(reader=reader, period=period, journey=journey)


def last_mails(rows: Sequence[ReportSubscription]) -> dict[int, datetime]:
    """Subscription -> when its last mail went out, of those that had any."""
    mails = ReportMail.objects.filter(subscription__in=rows, mailed_at__isnull=False)
    found = mails.order_by().values("subscription").annotate(last=Max("mailed_at"))
    return dict(found.values_list("subscription", "last"))
