"""By when an answer is promised, in working hours. No database, no clock."""

from __future__ import annotations

from datetime import datetime, time, timedelta, tzinfo

ACCEPT_WITHIN = timedelta(hours=4)
DAY_BEGINS, DAY_ENDS = time(9), time(17)
SATURDAY = 5


def working_time_after(
    start: datetime, duration: timedelta, *, zone: tzinfo
) -> datetime:
    """When ``duration`` of working time has passed since ``start``.

    People work from Monday to Friday, from nine to five by the clock in ``zone``. A
    promise that is used up exactly at five ends at five.
    """
    moment, left = start.astimezone(zone), duration
    while True:
        begins = datetime.combine(moment.date(), DAY_BEGINS, zone)
        ends = datetime.combine(moment.date(), DAY_ENDS, zone)
        moment = max(moment, begins)
        if moment.weekday() < SATURDAY and moment < ends:
            # Clocks change at night, so within a day wall time is real time.
            if left <= ends - moment:
                return moment + left
            left -= ends - moment
        moment = datetime.combine(moment.date() + timedelta(days=1), DAY_BEGINS, zone)
