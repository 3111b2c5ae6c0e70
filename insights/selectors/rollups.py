"""What is counted beforehand, and the interactions that it is counted from.

Whoever reads asks the interactions themselves about what is marked: no page is behind.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, Max, Min, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from contacts.models import Contact
from insights.models import DailyCount, RollupMark, RollupState
from journeys.models import Interaction

DAY = timedelta(days=1)
# How many contacts are looked at together.
CONTACTS = 5_000 if settings.IS_POSTGRESQL else 500


class Sort(NamedTuple):
    """Of which interactions are counted together."""

    day: date
    kind: str
    channel: str
    measure_id: int | None
    is_machine: bool


def zone_name() -> str:
    """Whose days are counted."""
    return timezone.get_default_timezone_name()


def is_complete() -> bool:
    """Whether everything was counted once, and in this time zone."""
    return RollupState.objects.filter(is_complete=True, zone=zone_name()).exists()


def marked_days() -> set[date]:
    """The days of ``TIME_ZONE`` of which something is not counted yet."""
    days = RollupMark.objects.values_list("day", flat=True).distinct()
    return {ours for day in days for ours in days_of(day)}


def marked_contacts() -> QuerySet[RollupMark]:
    """The contacts of whom something is not counted yet, for a subquery; some twice."""
    marks = RollupMark.objects.filter(contact_id__isnull=False)
    return marks.values_list("contact_id", flat=True)


def portions(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """All of them, some at a time."""
    for place in range(0, len(ids), CONTACTS):
        yield ids[place : place + CONTACTS]


def all_contacts(*, after: int = 0) -> Iterator[list[int]]:
    """The numbers of all contacts, some at a time; merged ones are among them."""
    rows = Contact.everyone.order_by("pk").values_list("pk", flat=True)
    while ids := list(rows.filter(pk__gt=after)[:CONTACTS]):
        yield ids
        after = ids[-1]


def days_of(day: date) -> set[date]:
    """The days of ``TIME_ZONE`` that a day in UTC is part of."""
    zone = timezone.get_default_timezone()
    start = datetime.combine(day, time.min, tzinfo=UTC)
    end = datetime.combine(day, time.max, tzinfo=UTC)
    return {start.astimezone(zone).date(), end.astimezone(zone).date()}


def bounds(first: date, last: date) -> tuple[datetime, datetime]:
    """When the first of these days begins, and when the last is over."""
    zone = timezone.get_default_timezone()
    start = datetime.combine(first, time.min, tzinfo=zone)
    return start, datetime.combine(last + DAY, time.min, tzinfo=zone)


def runs(days: Collection[date], *, longest: int) -> Iterator[tuple[date, date]]:
    """Days that follow one another, together: (first, last)."""
    run: list[date] = []
    for day in sorted(days):
        if run and (day != run[-1] + DAY or len(run) == longest):
            yield run[0], run[-1]
            run = []
        run.append(day)
    if run:
        yield run[0], run[-1]


def days_with_interactions(
    *, longest: int, after: date | None = None
) -> Iterator[tuple[date, date]]:
    """All days from the first interaction to the last, ``longest`` at a time.

    ``after`` a day: only what comes after it.
    """
    zone = timezone.get_default_timezone()
    ends = Interaction.objects.aggregate(
        first=Min("occurred_at"), last=Max("occurred_at")
    )
    if ends["first"] is None:
        return
    first, last = (ends[end].astimezone(zone).date() for end in ("first", "last"))
    first = max(first, after + DAY) if after else first
    while first <= last:
        end = min(first + DAY * (longest - 1), last)
        yield first, end
        first = end + DAY


def there_between(start: datetime, end: datetime) -> dict[Sort, int]:
    """How many interactions of each sort there are, ``end`` left out."""
    zone = timezone.get_default_timezone()
    rows = (
        Interaction.objects.filter(occurred_at__gte=start, occurred_at__lt=end)
        .order_by()
        .annotate(day=TruncDate("occurred_at", tzinfo=zone))
        .values_list("day", "kind", "channel", "measure_id", "is_machine")
        .annotate(interactions=Count("pk"))
    )
    return {Sort(*row[:-1]): row[-1] for row in rows}


def counted_on(first: date, last: date) -> dict[Sort, int]:
    """The same as it was counted beforehand."""
    rows = DailyCount.objects.filter(day__gte=first, day__lte=last).values_list(
        "day", "kind", "channel", "measure_id", "is_machine", "interactions"
    )
    return {Sort(*row[:-1]): row[-1] for row in rows}
