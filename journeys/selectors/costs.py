"""What measures cost in a time, shared out over days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Q
from django.utils import timezone

from journeys.models import MeasureCost


def measure_costs(since: datetime, until: datetime) -> dict[int, Decimal]:
    """Measure id -> what it cost from ``since`` to before ``until``, in ``CURRENCY``.

    Pro rata by calendar days of ``TIME_ZONE``: a day counts whole if it begins in that
    time, so that two times next to each other add up to both. Not rounded. What goes
    on until further notice ends when its measure leaves the plan. Measures that cost
    nothing in it are left out. One query.
    """
    first, end = _first_day(since), _first_day(until)
    rows = MeasureCost.objects.filter(
        Q(until_date=None) | Q(until_date__gte=first), since_date__lt=end
    )
    found: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows.select_related("measure").order_by("pk"):
        gone_at = row.measure.retired_at if row.goes_on else None
        stop = min(end, _first_day(gone_at)) if gone_at else end
        if spent := row.spent(first, stop):
            found[row.measure_id] += spent
    return dict(found)


def spent_so_far(costs: Iterable[MeasureCost], *, today: date) -> Decimal | None:
    """What these cost up to ``today``, and with it, in cents; None if there are none."""
    rows = list(costs)
    if not rows:
        return None
    first = min(row.since_date for row in rows)
    end = today + timedelta(days=1)
    total = sum((row.spent(first, end) for row in rows), Decimal(0))
    return total.quantize(Decimal("0.01"))


def costs_of(measure_ids: Collection[int], *, today: date) -> dict[int, Decimal]:
    """Measure id -> what it cost so far. One query; who costs nothing is left out."""
    rows: dict[int, list[MeasureCost]] = defaultdict(list)
    for row in MeasureCost.objects.filter(measure__in=measure_ids).order_by("pk"):
        rows[row.measure_id].append(row)
    spent = {pk: spent_so_far(found, today=today) for pk, found in rows.items()}
    return {pk: total for pk, total in spent.items() if total is not None}


def _first_day(moment: datetime) -> date:
    """The first day that begins at ``moment`` or later."""
    local = moment.astimezone(timezone.get_default_timezone())
    begins_now = local.time() == time(0)
    return local.date() if begins_now else local.date() + timedelta(days=1)
