from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sales.promise import WorkingTime, plan_of

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = timedelta(hours=1)
OFFICE = ((time(9), time(17)),) * 5 + (None, None)


def moment(text: str, zone=BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


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
        ("2026-03-03 10:00", 0, "2026-03-03 10:00"),  # nothing
        ("2026-03-03 19:00", 0, "2026-03-04 09:00"),  # nothing, after work
    ],
)
def test_promises_count_working_hours(start, hours, end):
    done = WorkingTime(OFFICE, BERLIN).after(moment(start), hours * HOURS)

    assert done == moment(end)


@pytest.mark.parametrize(
    ("working", "end"),
    [
        ({"days_off": frozenset({date(2026, 3, 4)})}, "2026-03-05 11:00"),
        ({"absent_until": date(2026, 3, 5)}, "2026-03-06 13:00"),
        # Away already back from: nothing to count.
        ({"absent_until": date(2026, 3, 2)}, "2026-03-04 11:00"),
        # Back on Saturday, and Monday is a holiday.
        (
            {"absent_until": date(2026, 3, 6), "days_off": {date(2026, 3, 9)}},
            "2026-03-10 13:00",
        ),
    ],
)
def test_free_days_do_not_count(working, end):
    done = WorkingTime(OFFICE, BERLIN, **working).after(
        moment("2026-03-03 15:00"), 4 * HOURS
    )

    assert done == moment(end)


def test_hours_are_those_of_the_reps_own_clock():
    in_lisbon = WorkingTime(OFFICE, ZoneInfo("Europe/Lisbon"))

    assert in_lisbon.after(moment("2026-03-03 09:00"), HOURS) == moment(
        "2026-03-03 11:00"
    )


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-29", 5), ("2026-10-25", 7), ("2026-03-22", 6)]
)
def test_a_night_in_which_clocks_change_is_as_long_as_it_is(day, hours):
    nights = WorkingTime((None,) * 6 + ((time(0), time(6)),), BERLIN)
    start = moment(f"{day} 00:00")

    assert nights.between(start, start + timedelta(days=1)) == hours * HOURS
    assert nights.after(start, hours * HOURS) == moment(f"{day} 06:00")


@pytest.mark.parametrize("week", [(None,) * 7, OFFICE[:5]])
def test_a_week_has_work(week):
    with pytest.raises(ValueError, match="seven days"):
        WorkingTime(week, BERLIN)


def test_who_is_absent_for_ever_is_counted_all_the_same():
    gone = WorkingTime(OFFICE, BERLIN, absent_until=date.max)

    assert gone.after(moment("2026-03-03 09:00"), HOURS).year == 2031


def test_an_offer_is_warned_of_at_half_time():
    plan = plan_of(
        moment("2026-03-03 15:00"), 4 * HOURS, working=WorkingTime(OFFICE, BERLIN)
    )

    assert plan.warn_at == moment("2026-03-03 17:00")
    assert plan.due_at == moment("2026-03-04 11:00")
    assert plan.passes_at == moment("2026-03-04 15:00")


# The laws ------------------------------------------------------------------------

SPAN = [datetime.fromisoformat(day) for day in ("2026-01-01", "2027-12-31")]
MOMENTS = st.datetimes(*SPAN, timezones=st.just(UTC))
DURATIONS = st.timedeltas(timedelta(0), timedelta(hours=60))
ZONES = st.sampled_from(
    [ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Kolkata")]
    + [UTC, ZoneInfo("Australia/Lord_Howe")]
)


@st.composite
def weeks(draw):
    """Seven days, on at least one of which somebody works, at night too."""
    times = st.lists(st.times(), min_size=2, max_size=2, unique=True).map(sorted)
    week = draw(st.lists(st.none() | times.map(tuple), min_size=7, max_size=7))
    if not any(week):
        week[draw(st.integers(0, 6))] = (time(9), time(17))
    return tuple(week)


@st.composite
def workings(draw):
    days = st.dates(date(2026, 1, 1), date(2027, 12, 31))
    return WorkingTime(
        draw(weeks()),
        draw(ZONES),
        draw(st.frozensets(days, max_size=9)),
        draw(st.none() | days),
    )


# Half a second a week at least: 60 h of an hour of work a month take years to pass.
@st.composite
def cases(draw):
    working = draw(workings())
    per_week = sum(
        (
            datetime.combine(date.min, span[1]) - datetime.combine(date.min, span[0])
            for span in working.week
            if span
        ),
        timedelta(),
    )
    duration = min(draw(DURATIONS), 6 * per_week)
    return working, draw(MOMENTS), duration


@given(cases(), st.floats(0, 1))
def test_two_promises_after_each_other_are_one(case, share):
    working, start, whole = case
    first = whole * share

    between = working.after(start, first)

    assert working.after(between, whole - first) == working.after(start, whole)


@given(cases(), MOMENTS)
def test_a_later_start_never_ends_earlier(case, other):
    working, start, duration = case
    early, late = sorted([start, other])

    assert working.after(early, duration) <= working.after(late, duration)
    assert working.after(early, duration) <= working.after(early, 2 * duration)


@given(cases())
def test_it_ends_in_working_hours_and_takes_as_long_as_was_promised(case):
    working, start, duration = case

    end = working.after(start, duration)

    assert end >= start
    assert working.between(start, end) == duration
    here = end.astimezone(working.zone)
    assert here.date() not in working.days_off
    assert working.absent_until is None or (
        here.date() > working.absent_until
        or start.astimezone(working.zone).date() > working.absent_until
    )
    begins, ends = (
        datetime.combine(here.date(), moment, working.zone).astimezone(UTC)
        for moment in working.week[here.weekday()]
    )
    assert begins <= end <= ends
