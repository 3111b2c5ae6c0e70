"""Whether what is counted beforehand is what there is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.db import transaction

from contacts.models import Contact
from insights.models import (
    Arrival,
    DailyArrivals,
    DailyCount,
    RollupMark,
)
from insights.selectors.arrivals import (
    Came,
    Origin,
    counts_of,
    daily_arrivals,
    origins_counted,
    origins_of,
)
from insights.selectors.passages import miscounted
from insights.selectors.rollups import (
    Sort,
    all_contacts,
    bounds,
    counted_on,
    days_with_interactions,
    is_complete,
    marked_contacts,
    marked_days,
    there_between,
)
from insights.services.rollups import DAYS, count_on, lock_state, roll_up

Span = tuple[date, date]


def differences(*, at: datetime) -> Iterator[str]:
    """A line for each figure that is not what the interactions say; there should be none.

    Counts what is marked first, and passes by what somebody changes meanwhile.
    """
    while not is_complete():
        count_on(at=at)
    roll_up(at=at)
    seen: Span | None = None
    for first, last in days_with_interactions(longest=DAYS):
        seen = (seen[0] if seen else first, last)
        with transaction.atomic():
            lock_state(at=at)  # nobody counts while we compare
            counted = counted_on(first, last)
            there = there_between(*bounds(first, last))
            marked = marked_days()
        for sort in sorted(counted.keys() | there.keys(), key=str):
            if sort.day not in marked and counted.get(sort) != there.get(sort):
                yield _line(sort, counted.get(sort, 0), there.get(sort, 0))
    yield from _of_other_days(seen, at=at)
    for ids in all_contacts():
        with transaction.atomic():
            lock_state(at=at)
            were, are = origins_counted(ids), origins_of(ids)
            strayed = miscounted(ids)
            marks = RollupMark.objects.filter(contact_id__in=ids)
            marked_ids = set(marks.values_list("contact_id", flat=True))
        for pk in sorted((were.keys() | are.keys()) - marked_ids):
            if were.get(pk) != are.get(pk):
                yield (
                    f"arrival of contact {pk}: counted {_said(were.get(pk))}, "
                    f"is {_said(are.get(pk))}"
                )
        for pk in sorted(strayed.keys() - marked_ids):
            yield f"way of contact {pk} through journeys: was counted differently"
    yield from _of_arrivals(at=at)


def _of_other_days(seen: Span | None, *, at: datetime) -> Iterator[str]:
    """Days on which there are no interactions any more."""
    with transaction.atomic():
        lock_state(at=at)
        rows = DailyCount.objects.order_by("day", "pk")
        if seen:
            rows = rows.exclude(day__gte=seen[0], day__lte=seen[1])
        marked = marked_days()
        names = (*Sort._fields, "interactions")
        lines = [
            _line(Sort(*sort), count, 0)
            for *sort, count in rows.values_list(*names)
            if sort[0] not in marked
        ]
    yield from lines


def _of_arrivals(*, at: datetime) -> Iterator[str]:
    """Of contacts that are gone, and what all of them add up to."""
    with transaction.atomic():
        lock_state(at=at)
        gone = Arrival.objects.exclude(pk__in=Contact.objects.values("pk"))
        gone = gone.exclude(pk__in=marked_contacts())
        lines = [
            f"arrival of contact {pk}: is none"
            for pk in gone.values_list("pk", flat=True)
        ]
        counted, there = (
            daily_arrivals(DailyArrivals.objects.all()),
            counts_of(Arrival.objects.all()),
        )
    yield from lines
    for came in sorted(counted.keys() | there.keys()):
        if counted[came] != there[came]:
            yield f"contacts who came {_said(came)}: counted {counted[came]}, there are {there[came]}"


def _said(came: Came | Origin | None) -> str:
    if came is None:
        return "none"
    day, channel, *measure = came
    by = f"on {day:%Y-%m-%d} by {channel or 'no channel'}"
    return f"{by}, measure {measure[0]}" if any(measure) else by


def _line(sort: Sort, counted: int, there: int) -> str:
    who = "machines" if sort.is_machine else "people"
    measure = f", measure {sort.measure_id}" if sort.measure_id else ""
    return (
        f"{sort.day:%Y-%m-%d} {sort.kind} by {sort.channel}{measure}, {who}: "
        f"counted {counted}, there are {there}"
    )
