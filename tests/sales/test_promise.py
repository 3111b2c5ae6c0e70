from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sales.promise import working_time_after

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = timedelta(hours=1)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-03-03 10:00", 4, "2026-03-03 14:00"),  # Tuesday, within the day
        ("2026-03-03 13:00", 4, "2026-03-03 17:00"),  # used up exactly at five
        ("2026-03-03 15:00", 4, "2026-03-04 11:00"),  # over night
        ("2026-03-03 07:00", 4, "2026-03-03 13:00"),  # before work
        ("2026-03-03 22:00", 4, "2026-03-04 13:00"),  # after work
        ("2026-03-06 16:00", 4, "2026-03-09 12:00"),  # over the weekend
        ("2026-03-07 12:00", 4, "2026-03-09 13:00"),  # Saturday
        ("2026-03-27 16:00", 4, "2026-03-30 12:00"),  # clocks go forward on Sunday
        ("2026-03-03 10:00", 20, "2026-03-05 14:00"),  # days
    ],
)
def test_promises_count_working_hours(start, hours, end):
    done = working_time_after(moment(start), hours * HOURS, zone=BERLIN)

    assert done == moment(end)


SPAN = [datetime.fromisoformat(day) for day in ("2026-01-01", "2027-12-31")]
MOMENTS = st.datetimes(*SPAN, timezones=st.just(BERLIN))
DURATIONS = st.timedeltas(timedelta(minutes=1), timedelta(hours=60))


@given(start=MOMENTS, first=DURATIONS, second=DURATIONS)
def test_two_promises_after_each_other_are_one(start, first, second):
    between = working_time_after(start, first, zone=BERLIN)

    assert working_time_after(between, second, zone=BERLIN) == working_time_after(
        start, first + second, zone=BERLIN
    )
    assert between.weekday() < 5
    assert 9 <= between.hour <= 17
