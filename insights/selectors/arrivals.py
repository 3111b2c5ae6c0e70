"""When contacts came to us, by which channel and which measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, QuerySet, Value
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from contacts.models import Contact
from contacts.models.contact import ContactQuerySet
from contacts.origin_filters import first_touch
from insights.models import Arrival, DailyArrivals
from insights.selectors.periods import Period
from insights.selectors.rollups import is_complete, marked_contacts

# The day of ``TIME_ZONE``, and the channel of the first touch; "" is without any.
Came = tuple[date, str]
CAME = ("day", "channel")


class Origin(NamedTuple):
    """Of one contact: when it came, and the channel and measure of its first touch."""

    day: date
    channel: str
    measure_id: int | None


def arrivals(period: Period) -> Counter[Came]:
    """How many contacts were created on each day of the period, by channel.

    As they were counted; those who are marked are taken out, and counted now.
    """
    created = Contact.objects.filter(
        created_at__gte=period.since, created_at__lt=period.until
    )
    if not is_complete():
        return counts_of(with_arrival(created))
    days = {"day__gte": period.first, "day__lte": period.last}
    found = daily_arrivals(DailyArrivals.objects.filter(**days))
    marked = marked_contacts()
    found.subtract(counts_of(Arrival.objects.filter(**days, contact_id__in=marked)))
    found.update(counts_of(with_arrival(created.filter(pk__in=marked))))
    return +found


def with_arrival(contacts: ContactQuerySet) -> ContactQuerySet:
    """With ``day`` and ``channel``, from the facts."""
    zone = timezone.get_default_timezone()
    return contacts.annotate(
        day=TruncDate("created_at", tzinfo=zone),
        channel=Coalesce(first_touch("pk", "channel"), Value("")),
    )


def origins_of(ids: Collection[int]) -> dict[int, Origin]:
    """Of those of ``ids`` who are not merged into another."""
    rows = with_arrival(Contact.objects.filter(pk__in=ids)).order_by()
    rows = rows.annotate(measure_id=first_touch("pk"))
    return {pk: Origin(*row) for pk, *row in rows.values_list("pk", *Origin._fields)}


def origins_counted(ids: Collection[int]) -> dict[int, Origin]:
    """The same as it was counted beforehand."""
    rows = Arrival.objects.filter(pk__in=ids).values_list("pk", *Origin._fields)
    return {pk: Origin(*row) for pk, *row in rows}


def counts_of(rows: QuerySet[Any]) -> Counter[Came]:
    """How many of contacts, or of arrivals, came when and how."""
    counts = rows.order_by().values_list(*CAME).annotate(Count("pk"))
    return Counter({(day, channel): count for day, channel, count in counts})


def daily_arrivals(rows: QuerySet[DailyArrivals]) -> Counter[Came]:
    """The same as it was counted beforehand."""
    counts = rows.values_list(*CAME, "contacts")
    return Counter({(day, channel): count for day, channel, count in counts})
