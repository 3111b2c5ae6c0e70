"""What is counted over and over is what counting once says, to the last digit."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import fsum
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.counting import Counted, Counting, engagement_after
from scoring.recounting import Story

ZONE = ZoneInfo("Europe/Berlin")
# The clocks go back at three in the morning.
START = datetime(2026, 10, 24, 12, tzinfo=ZoneInfo("UTC"))
HOURS = 72

rules = st.lists(
    st.builds(
        Counted,
        points=st.sampled_from([-15.0, 0.1, 4.0, 7.3, 25.0]),
        half_life_days=st.sampled_from([None, 0.5, 3.0, 14.0]),
        max_per_day=st.sampled_from([None, 1, 2]),
        max_points=st.sampled_from([None, 8.0, 30.0]),
        kinds=st.sampled_from([frozenset({"view"}), frozenset({"view", "chat"})]),
        holds=st.sampled_from([None, lambda row: row[3] != "other"]),
    ),
    min_size=1,
    max_size=4,
)
hour = st.integers(0, HOURS)
deeds = st.lists(
    st.tuples(
        st.sampled_from(["view", "chat", "note"]),
        hour,
        st.sampled_from(["page", "other"]),
        st.sampled_from([0, 0, 1, 30]),  # recorded so many hours late
        st.sampled_from([None, None, 5, 40]),  # another's so many hours after that
    ),
    max_size=12,
)


def after(hours):
    return START + timedelta(hours=hours, microseconds=hours * 333_333)


def row(kind, at, url, late, stays):
    until = None if stays is None else after(at + late + stays)
    return (1, kind, after(at), url, until, after(at + late))


def counted_once(counting, rows, at):
    known = [r for r in rows if r[-1] <= at and (r[-2] is None or at < r[-2])]
    counting.at = at
    for _pk, *tallies in counting.tallies(known, known_before={1: at}):
        return tuple(engagement_after(tally.curves, 0) for tally in tallies)
    return 0.0, 0.0


@settings(max_examples=300, deadline=None)
@given(rules=rules, deeds=deeds, moments=st.lists(hour, min_size=1, max_size=6))
def test_recounting_is_counting(rules, deeds, moments):
    counting = Counting(rules, at=START, zone=ZONE)
    rows = sorted((row(*deed) for deed in deeds), key=lambda r: r[2], reverse=True)
    story = Story(rows, counting.by_kind, zone=ZONE)
    places = tuple(range(len(rules)))

    for at in map(after, moments):
        expected = counted_once(counting, rows, at)

        assert story.engagement(places, at) == expected
        assert expected[0] <= max(0.0, fsum(map(story.most, places)))
