"""Windows of the week in somebody's own zone, over changes of the clocks."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.timing import EVERY_DAY, GRACE, Window, next_moment, zone_of

BERLIN = ZoneInfo("Europe/Berlin")
LISBON = ZoneInfo("Europe/Lisbon")
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
WORK = Window()  # Monday to Friday, nine to five


def berlin(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("asked", "opens"),
    [
        ("2026-11-26 12:00", "2026-11-26 12:00"),  # Thursday, open
        ("2026-11-26 08:59", "2026-11-26 09:00"),
        ("2026-11-26 09:00", "2026-11-26 09:00"),
        ("2026-11-26 17:00", "2026-11-27 09:00"),  # the end is outside
        ("2026-11-27 16:59", "2026-11-27 16:59"),
        ("2026-11-27 17:00", "2026-11-30 09:00"),  # over the weekend
        ("2026-11-28 12:00", "2026-11-30 09:00"),
    ],
)
def test_a_window_opens_at_its_start_on_the_next_allowed_day(asked, opens):
    assert WORK.next_open(berlin(asked), zone=BERLIN) == berlin(opens)


def test_it_is_the_contacts_clock_that_counts():
    moment = datetime(2026, 11, 26, 8, 30, tzinfo=UTC)

    assert WORK.next_open(moment, zone=BERLIN) == moment  # half past nine there
    assert WORK.next_open(moment, zone=LISBON) == moment + timedelta(minutes=30)


def test_nine_stays_nine_when_the_clocks_change():
    always = Window(EVERY_DAY, time(9), time(10))

    sunday = always.next_open(berlin("2026-10-24 12:00"), zone=BERLIN)
    monday = always.next_open(berlin("2026-10-25 12:00"), zone=BERLIN)

    assert [m.astimezone(BERLIN).hour for m in (sunday, monday)] == [9, 9]
    assert sunday - berlin("2026-10-24 09:00") == timedelta(hours=25)
    assert monday - sunday == timedelta(days=1)


@given(
    st.integers(0, 730 * 24 * 60).map(lambda n: NEW_YEAR + timedelta(minutes=n)),
    st.frozensets(st.integers(1, 7), min_size=1),
    st.integers(0, 22),
    st.integers(1, 24),
    st.sampled_from([BERLIN, LISBON, ZoneInfo("Australia/Lord_Howe")]),
)
def test_what_it_answers_is_open_and_not_earlier(moment, days, start, length, zone):
    end = time(23, 59) if start + length > 23 else time(start + length)
    window = Window(days, time(start), end)

    opens = window.next_open(moment, zone=zone)

    assert opens >= moment
    assert window.next_open(opens, zone=zone) == opens
    assert opens - moment <= timedelta(days=9)


@pytest.mark.parametrize(
    ("days", "start", "end"),
    [([], 9, 17), ([0], 9, 17), ([8], 9, 17), ([1], 17, 9), ([1], 9, 9)],
)
def test_a_window_that_never_opens_is_refused(days, start, end):
    with pytest.raises(ValueError, match="must be"):
        Window(frozenset(days), time(start), time(end))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("2026-11-26 08:00", "2026-11-26 09:00"),
        ("2026-11-26 09:10", "2026-11-26 09:10"),  # within the grace
        ("2026-11-26 09:31", "2026-11-30 09:00"),  # Thursday is over; Monday
        ("2026-11-27 12:00", "2026-11-30 09:00"),
    ],
)
def test_the_next_moment_on_a_day_has_half_an_hours_grace(asked, found):
    moment = next_moment(berlin(asked), days=[1, 4], clock=time(9), zone=BERLIN)

    assert moment == berlin(found)
    assert timedelta(minutes=30) == GRACE


def test_an_unknown_zone_is_the_companys():
    assert zone_of("Mars/Olympus", default="Europe/Berlin") == BERLIN
    assert zone_of("", default="Europe/Berlin") == BERLIN
    assert zone_of("Europe/Lisbon", default="Europe/Berlin") == LISBON
