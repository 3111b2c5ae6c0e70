"""The plain form of the formula, against a table and against the oracle."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.decay import faded_points
from tests.oracle import score as oracle

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
# 25 hours long: at 3:00 the clocks are put back to 2:00.
LONG_DAY = datetime(2026, 10, 25, tzinfo=BERLIN)
# 23 hours long.
SHORT_DAY = datetime(2026, 3, 29, tzinfo=BERLIN)


def ago(**age):
    return NOON - timedelta(**age)


MONTH = timedelta(days=30)


@pytest.mark.parametrize(
    ("moments", "terms", "worth"),
    [
        ([], {}, 0.0),
        ([NOON], {"half_life": MONTH}, 10.0),
        ([ago(days=30)], {"half_life": MONTH}, 5.0),
        ([ago(days=60)], {"half_life": MONTH}, 2.5),
        ([ago(days=15)], {"half_life": MONTH}, 7.0710678118654755),  # 10 / sqrt(2)
        ([ago(days=10)], {"half_life": MONTH}, 7.937005259840998),  # 10 / cbrt(2)
        ([NOON, ago(days=30), ago(days=60)], {"half_life": MONTH}, 17.5),
        # Without a half-life nothing fades.
        ([ago(days=4_000)], {}, 10.0),
        # What has not happened yet does not count, what happens now does.
        ([NOON, NOON + timedelta(microseconds=1)], {}, 10.0),
        # The same moment twice is two interactions.
        ([NOON, NOON], {}, 20.0),
        ([ago(hours=1)] * 3, {"max_per_day": 2}, 20.0),
        ([ago(hours=1), ago(hours=25)], {"max_per_day": 1}, 20.0),
        # The latest of a day: half a day old, not a whole one, and none to come.
        (
            [ago(hours=6), ago(hours=12), NOON + timedelta(hours=1)],
            {"max_per_day": 1, "half_life": timedelta(hours=6)},
            5.0,
        ),
        ([NOON] * 4, {"max_points": 25}, 25.0),
        ([NOON] * 2, {"max_points": 25}, 20.0),
        ([NOON] * 4, {"points": -10, "max_points": 25}, -25.0),
        ([ago(days=30)] * 4, {"points": -10, "half_life": MONTH}, -20.0),
        # The cap holds the faded sum: 4 x 10 half faded is 20, not half of 25.
        ([ago(days=30)] * 4, {"half_life": MONTH, "max_points": 25}, 20.0),
        # Both caps: two a day on three days are 60, held at 35.
        (
            [ago(days=day, minutes=n) for day in range(3) for n in range(5)],
            {"max_per_day": 2, "max_points": 35},
            35.0,
        ),
        ([ago(days=36_500)], {"half_life": timedelta(seconds=1)}, 0.0),
    ],
)
def test_faded_points(moments, terms, worth):
    terms = {"points": 10, **terms}

    assert faded_points(moments, at=NOON, **terms) == pytest.approx(worth, abs=1e-12)


def test_tenths_add_up_without_rounding():
    assert faded_points([NOON] * 10, at=NOON, points=0.1) == 1.0


@pytest.mark.parametrize(
    ("midnight", "hours"), [(LONG_DAY, 25), (SHORT_DAY, 23)], ids=["long", "short"]
)
def test_ages_are_real_time_when_the_clocks_change(midnight, hours):
    next_midnight = midnight + timedelta(days=1)

    worth = faded_points(
        [midnight], at=next_midnight, points=8, half_life=timedelta(hours=hours)
    )

    assert worth == pytest.approx(4.0, abs=1e-12)


def test_a_calendar_day_may_have_25_hours():
    first, last = (
        LONG_DAY.astimezone(UTC),
        LONG_DAY.astimezone(UTC) + timedelta(hours=24.9),
    )
    at = last + timedelta(days=2)

    one_day = faded_points([first, last], at=at, points=1, max_per_day=1, zone=BERLIN)
    two_days = faded_points([first, last], at=at, points=1, max_per_day=1, zone=UTC)

    assert (one_day, two_days) == (1.0, 2.0)


def test_the_latest_is_the_latest_in_the_hour_that_comes_twice():
    """2:10 after the change comes later than 2:50 before it."""
    before = LONG_DAY.replace(hour=2, minute=50, fold=0)
    after = LONG_DAY.replace(hour=2, minute=10, fold=1)
    worth = {"points": 8, "half_life": timedelta(minutes=20), "zone": BERLIN}

    assert faded_points([before, after], at=after, max_per_day=1, **worth) == 8.0
    # And before it, it has not happened.
    assert faded_points([before, after], at=before, **worth) == 8.0


@pytest.mark.parametrize("half_life", [timedelta(), timedelta(days=-1)])
def test_half_life_must_be_positive(half_life):
    with pytest.raises(ValueError, match="half_life must be positive"):
        faded_points([], at=NOON, points=1, half_life=half_life)


moments = st.builds(
    lambda day, seconds, zone: (
        day.astimezone(UTC) + timedelta(seconds=seconds)
    ).astimezone(zone),
    st.sampled_from([LONG_DAY, SHORT_DAY, NOON]),
    st.integers(-2 * 86_400, 2 * 86_400),
    st.sampled_from([UTC, BERLIN]),
)
rules = st.builds(
    oracle.EngagementRule,
    kinds=st.just(("page_view",)),
    points=st.floats(-100, 100),
    half_life_days=st.none() | st.floats(0.01, 400),
    max_per_day=st.none() | st.integers(1, 3),
    max_points=st.none() | st.floats(0.1, 150),
)


@given(
    happened=st.lists(moments, max_size=30),
    at=moments,
    rule=rules,
    shuffled=st.randoms(),
)
def test_faded_points_equal_the_contract_in_any_order(happened, at, rule, shuffled):
    days = rule.half_life_days
    terms = {
        "at": at,
        "points": rule.points,
        "half_life": None if days is None else timedelta(days=days),
        "max_per_day": rule.max_per_day,
        "max_points": rule.max_points,
        "zone": BERLIN,
    }

    worth = faded_points(happened, **terms)

    as_told = [oracle.Happened("page_view", moment) for moment in happened]
    expected = oracle.rule_value(rule, as_told, at=at, zone=BERLIN)
    assert worth == pytest.approx(expected, abs=1e-6 if days else 1e-9)
    shuffled.shuffle(happened)
    assert faded_points(happened, **terms) == pytest.approx(worth, abs=1e-9)
