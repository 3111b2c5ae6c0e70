"""How many contacts have which score, and where new ones come from."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from django.db.models import Case, Count, Exists, FloatField, OuterRef, Subquery, When
from django.db.models.functions import Floor, TruncWeek

from contacts.models import Contact
from insights.models import RollupMark
from insights.selectors.periods import Period
from insights.selectors.rollups import first_channel, is_complete
from scoring.models import Score

SHOWN_CHANNELS = 3


def histogram(*, width: int, bars: int) -> list[int]:
    """How many contacts have a total in each interval of ``width`` points.

    The first interval also holds all below zero, the last all above; who has no score
    yet is in none.
    """
    rows = (
        Score.objects.exclude(contact__in=Contact.everyone.merged())
        .order_by()
        .annotate(place=Floor("total", output_field=FloatField()) / width)
        .values("place")
        .annotate(contacts=Count("pk"))
    )
    counts = [0] * bars
    for row in rows:
        counts[max(0, min(int(row["place"] // 1), bars - 1))] += row["contacts"]
    return counts


def new_contacts_by_channel(period: Period) -> tuple[list[date], dict[str, list[int]]]:
    """Weeks, and channel -> new contacts of each; the channel of their first touch.

    The three channels with most, then "other"; "" stands for contacts without any
    interaction.
    """
    rows = (
        Contact.objects.filter(
            created_at__gte=period.since, created_at__lt=period.until
        )
        .order_by()
        .annotate(week=TruncWeek("created_at"), channel=_first_channel())
        .values("week", "channel")
        .annotate(contacts=Count("pk"))
    )
    counts: Counter[tuple[date, str]] = Counter()
    for row in rows:
        counts[row["week"].date(), row["channel"] or ""] += row["contacts"]
    weeks = _weeks(counts)
    totals: Counter[str] = Counter()
    for (_week, channel), contacts in counts.items():
        totals[channel] += contacts
    shown = [channel for channel, _count in totals.most_common(SHOWN_CHANNELS)]
    series = {channel: [counts[week, channel] for week in weeks] for channel in shown}
    rest = [
        sum(counts[week, channel] for channel in totals if channel not in shown)
        for week in weeks
    ]
    if any(rest):
        series["other"] = rest
    return weeks, series


def _first_channel() -> Subquery | Case:
    """Counted beforehand; of whom is marked, or if nothing was counted yet, as it is."""
    as_it_is = Subquery(first_channel())
    if not is_complete():
        return as_it_is
    marks = RollupMark.objects.filter(contact_id=OuterRef("pk"))
    return Case(When(Exists(marks), then=as_it_is), default="first_touch__channel")


def _weeks(counts: Counter[tuple[date, str]]) -> list[date]:
    if not counts:
        return []
    first, last = min(counts)[0], max(counts)[0]
    return [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
