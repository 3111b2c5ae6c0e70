"""How many contacts have which score, and where new ones come from."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from django.db.models import Count, FloatField
from django.db.models.functions import Floor

from contacts.models import Contact
from insights.selectors.arrivals import arrivals
from insights.selectors.periods import Period
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
    counts: Counter[tuple[date, str]] = Counter()
    for (day, channel), contacts in arrivals(period).items():
        counts[day - timedelta(days=day.weekday()), channel] += contacts
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


def _weeks(counts: Counter[tuple[date, str]]) -> list[date]:
    if not counts:
        return []
    first, last = min(counts)[0], max(counts)[0]
    return [first + timedelta(weeks=n) for n in range((last - first).days // 7 + 1)]
