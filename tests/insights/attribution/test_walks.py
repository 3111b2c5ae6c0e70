"""A way to a conversion, by itself: its milestones, and equal ones taken together."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from insights.selectors.attribution.conversions import Conversion
from insights.selectors.attribution.walks import Walk, together

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def moment(hours):
    return NOON + timedelta(hours=hours)


def walk(way, hours, *, known=0, handed=0, value=None):
    at = moment(1_000)
    conversion = Conversion(1, 1, at, value, moment(known), moment(handed))
    return Walk(conversion, tuple(way), tuple(moment(n) for n in hours))


hours = st.integers(0, 12)


@given(st.lists(hours, min_size=1, max_size=8).map(sorted), hours, hours)
def test_milestones_are_the_nearest_and_the_last_before(touched, known, handed):
    found = walk("a" * len(touched), touched, known=known, handed=handed).path

    nearest = min(range(len(touched)), key=lambda n: abs(touched[n] - known))
    before = [n for n, at in enumerate(touched) if at <= handed]
    assert found.milestones == (nearest, before[-1] if before else 0)


def test_equal_ways_are_one_path_with_all_that_came_of_them():
    walks = [
        walk("ab", [1, 2], value=Decimal(100)),
        walk("ab", [3, 9]),
        walk("a", [5], value=Decimal("0.50")),
    ]

    found = {path.touches: (path.conversions, path.value) for path in together(walks)}

    assert found == {("a", "b"): (2, 100), ("a",): (1, 0.5)}
