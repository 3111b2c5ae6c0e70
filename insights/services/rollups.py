"""What dashboards count beforehand: brought up to date, and counted anew.

The marks in the database are the truth about what is not counted yet; the schedule is a
doorbell. Whatever a mark names is counted anew from the interactions, nothing is added
to: so runs may be lost, doubled or late (ADR 0011).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime
from math import inf
from time import monotonic

from django.conf import settings
from django.db import transaction

from contacts.models import Contact
from insights.models import (
    Arrival,
    DailyArrivals,
    DailyCount,
    EnteredPhase,
    MeasureTouch,
    RollupMark,
    RollupState,
)
from insights.selectors.arrivals import counts_of, origins_counted, origins_of
from insights.selectors.passages import miscounted
from insights.selectors.rollups import (
    all_contacts,
    bounds,
    counted_on,
    days_of,
    days_with_interactions,
    is_complete,
    portions,
    runs,
    there_between,
    zone_name,
)

# How many marks or days one transaction takes.
MARKS = 5_000 if settings.IS_POSTGRESQL else 1_000
DAYS = 31


def roll_up(*, at: datetime, patience: float = inf) -> int:
    """Count anew what is marked; return how many marks there were.

    The first time, and when ``TIME_ZONE`` is another, everything. After ``patience``
    seconds the rest is left to the next run. Safe to repeat, and in two workers at once.
    """
    until = monotonic() + patience
    while not is_complete():
        if monotonic() > until:
            return 0
        count_on(at=at)
    count = 0
    while taken := _take_marks(at=at):
        count += taken
        if taken < MARKS or monotonic() > until:
            break
    return count


def recount(
    *, at: datetime, progress: Callable[[str], None] = lambda line: None
) -> None:
    """Count everything anew, by and by, beside daily work; what changes stays marked.

    Who reads meanwhile reads the interactions themselves.
    """
    with transaction.atomic():
        _begin(lock_state(at=at))
    while not is_complete():
        progress(count_on(at=at))


@transaction.atomic
def count_on(*, at: datetime) -> str:
    """Count the next days, or contacts, of all there are; return up to where.

    What was counted stays counted, whatever becomes of the run.
    """
    state = lock_state(at=at)
    if state.zone != zone_name():
        _begin(state)
    span = next(days_with_interactions(longest=DAYS, after=state.days_until), None)
    if span is not None:
        _count_days(*span)
        state.days_until = span[1]
        state.save(update_fields=["days_until"])
        return f"{span[1]:%Y-%m-%d}"
    ids = next(all_contacts(after=state.contacts_until), None)
    if ids is not None:
        _count_contacts(ids)
        state.contacts_until = ids[-1]
        state.save(update_fields=["contacts_until"])
        return f"contact {ids[-1]}"
    _count_arrivals(set(Arrival.objects.values_list("day", flat=True).distinct()))
    state.is_complete, state.counted_at = True, at
    state.save(update_fields=["is_complete", "counted_at"])
    return "all"


def _begin(state: RollupState) -> None:
    """Nothing is counted, from the first day on. Days of another zone go.

    So do marks: what they name was committed, and is counted with all the rest.
    """
    RollupMark.objects.all().delete()
    state.zone, state.is_complete = zone_name(), False
    state.days_until, state.contacts_until = None, 0
    state.save(update_fields=["zone", "is_complete", "days_until", "contacts_until"])
    DailyCount.objects.all().delete()
    there = Contact.everyone.values("pk")
    DailyArrivals.objects.all().delete()
    Arrival.objects.exclude(pk__in=there).delete()
    EnteredPhase.objects.exclude(contact_id__in=there).delete()
    MeasureTouch.objects.exclude(contact_id__in=there).delete()


def lock_state(*, at: datetime) -> RollupState:
    """The state, ours until the transaction ends: one counts at a time."""
    RollupState.objects.get_or_create(
        pk=1, defaults={"zone": zone_name(), "counted_at": at}
    )
    return RollupState.objects.select_for_update(no_key=True).get(pk=1)


@transaction.atomic
def _take_marks(*, at: datetime) -> int:
    """Count anew what the marks of the first days name, and delete those."""
    if not RollupMark.objects.exists():
        return 0
    state = lock_state(at=at)
    # Read after the lock and before the interactions: what these name was committed
    # before we count, and what is marked from now on is counted by the next run.
    # Day by day: after a large import each day is counted once or twice, not each time.
    rows = RollupMark.objects.order_by("day", "pk")
    rows = rows.values_list("pk", "contact_id", "day")
    marks = list(rows[:MARKS])
    days = {ours for day in {day for *_, day in marks} for ours in days_of(day)}
    for first, last in runs(days, longest=DAYS):
        _count_days(first, last)
    contacts = sorted({contact for _pk, contact, _day in marks if contact is not None})
    arrived: set[date] = set()
    for ids in portions(contacts):
        arrived |= _count_contacts(ids)
    _count_arrivals(arrived)
    RollupMark.objects.filter(pk__in=[pk for pk, *_ in marks]).delete()
    state.counted_at = at
    state.save(update_fields=["counted_at"])
    return len(marks)


def _count_days(first: date, last: date) -> None:
    there, counted = there_between(*bounds(first, last)), counted_on(first, last)
    both = there.keys() | counted.keys()
    days = {sort.day for sort in both if there.get(sort) != counted.get(sort)}
    DailyCount.objects.filter(day__in=days).delete()
    DailyCount.objects.bulk_create(
        [
            DailyCount(**sort._asdict(), interactions=count)
            for sort, count in there.items()
            if sort.day in days
        ],
        batch_size=5_000,
    )


def _count_contacts(ids: Collection[int]) -> set[date]:
    """Return the days on which other contacts came, or by other channels, than it was."""
    _follow(ids)
    return _find_arrivals(ids)


def _follow(ids: Collection[int]) -> None:
    """Through journeys, those of ``ids`` of whom something has changed."""
    changed = miscounted(ids)
    EnteredPhase.objects.filter(contact_id__in=changed).delete()
    MeasureTouch.objects.filter(contact_id__in=changed).delete()
    EnteredPhase.objects.bulk_create(
        EnteredPhase(contact_id=contact, **entry._asdict())
        for contact, (entered, _touched) in changed.items()
        for entry in entered
    )
    MeasureTouch.objects.bulk_create(
        MeasureTouch(contact_id=contact, **touch._asdict())
        for contact, (_entered, touched) in changed.items()
        for touch in touched
    )


def _find_arrivals(ids: Collection[int]) -> set[date]:
    there, counted = origins_of(ids), origins_counted(ids)
    both = there.keys() | counted.keys()
    changed = {pk for pk in both if there.get(pk) != counted.get(pk)}
    Arrival.objects.filter(pk__in=changed).delete()
    Arrival.objects.bulk_create(
        Arrival(contact_id=pk, **there[pk]._asdict())
        for pk in sorted(changed & there.keys())
    )
    return {
        known[pk].day for known in (there, counted) for pk in changed & known.keys()
    }


def _count_arrivals(days: Collection[date]) -> None:
    """Of the days: what each contact's arrival adds up to."""
    DailyArrivals.objects.filter(day__in=days).delete()
    counts = counts_of(Arrival.objects.filter(day__in=days))
    DailyArrivals.objects.bulk_create(
        DailyArrivals(day=day, channel=channel, contacts=count)
        for (day, channel), count in counts.items()
    )
