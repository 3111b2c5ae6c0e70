"""How points, moments and numbers are said."""

import math
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.template import Context, Template
from hypothesis import given
from hypothesis import strategies as st

from leadhub import moments
from leadhub.temperature import (
    Temperature,
    adding_up,
    temperature_of,
    tenth,
    whole,
)

NOW = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)  # 14:00 in Berlin


def text_of(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split()).replace(" ,", ",")


def render(source: str, **context) -> str:
    return Template("{% load ui charts %}" + source).render(Context(context))


# Temperature ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("points", "word"),
    [
        (-5, "cold"),
        (29.99, "cold"),
        (30, "mild"),
        (59.999, "mild"),
        (60, "warm"),
        (79.99, "warm"),
        (80, "hot"),
    ],
)
def test_temperature_of_a_threshold_of_60(points, word):
    assert temperature_of(points, 60) == word


@given(
    st.floats(-1e6, 1e6),
    st.floats(-1e6, 1e6),
    st.floats(0.5, 1e4),
)
def test_more_points_are_never_colder(one, other, threshold):
    order = list(Temperature)
    low, high = sorted([one, other])

    assert order.index(temperature_of(low, threshold)) <= order.index(
        temperature_of(high, threshold)
    )


@given(st.floats(0, 1e6), st.integers(1, 10_000))
def test_a_score_never_reads_as_ready_before_it_is(points, threshold):
    assert (whole(points) >= threshold) == (points >= threshold)


@given(st.floats(-1e6, 1e6))
def test_a_total_begins_with_the_number_of_its_badge(points):
    assert math.floor(tenth(points)) == whole(points)


@given(st.lists(st.floats(-1e4, 1e4), max_size=12))
def test_the_lines_of_a_score_add_up_to_its_total_as_shown(parts):
    shown = adding_up(parts, sum(parts))

    assert sum(shown) == pytest.approx(tenth(sum(parts)), abs=1e-6)
    assert all(abs(a - b) < 0.1001 for a, b in zip(shown, parts, strict=True))


def test_a_total_of_119_98_agrees_with_its_badge_and_its_lines():
    lines = [{"rule": "Demo", "points": 99.985}, {"rule": "Form", "points": 19.997}]
    source = (
        "{% for line in lines|lines_of:total %}{{ line.points|points }} {% endfor %}"
    )

    assert render(source + "{{ total|total }}", lines=lines, total=119.982) == (
        "+99.9 +20 119.9"
    )
    assert text_of(render("{% score_badge 119.982 60 %}")) == "119 Hot"


def test_score_badge_says_number_and_word():
    assert text_of(render("{% score_badge 86.9 60 %}")) == "86 Hot"
    assert text_of(render("{% score_badge 59.97 60 %}")) == "59 Mild"


def test_score_badge_says_why_not_ready():
    badge = render("{% score_badge 72 60 fit=8.9 min_fit=20 %}")

    assert text_of(badge) == "72 Warm, fit 8 of 20"


def test_score_badge_below_the_threshold_does_not_excuse_itself():
    badge = render("{% score_badge 12 60 fit=8 min_fit=20 engagement=4 %}")

    assert text_of(badge) == "12 Cold"


def test_score_badge_without_score_or_threshold():
    assert text_of(render("{% score_badge None 60 %}")) == "No score yet"
    assert text_of(render("{% score_badge 12.7 None %}")) == "12"
    assert text_of(render("{% score_badge no.points no.threshold %}", no=None)) == (
        "No score yet"
    )


# Moments and numbers -------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-30, "just now"),
        (-18 * 60, "18 min ago"),
        (-119 * 60, "1 h ago"),
        (-47 * 3600, "47 h ago"),
        (-3 * 86_400, "3 d ago"),
        (42 * 60, "in 42 min"),
        (-8 * 86_400, "16 Nov"),
        (-400 * 86_400, "20 Oct 2025"),
    ],
)
def test_relative_text(seconds, text):
    said = moments.relative_text(NOW + timedelta(seconds=seconds), now=NOW)

    assert said.replace(moments.NARROW, " ") == text


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (NOW - timedelta(hours=5), "today 09:00"),
        (NOW - timedelta(hours=15), "yesterday 23:00"),
        # 23:30 in Berlin is today, although it is 22:30 in UTC.
        (NOW + timedelta(hours=9, minutes=30), "today 23:30"),
        (NOW + timedelta(hours=10), "tomorrow 00:00"),
        (NOW - timedelta(days=83), "2 Sep"),
    ],
)
def test_day_text_is_of_the_place_where_we_are(moment, text):
    assert moments.day_text(moment, now=NOW) == text


def test_moment_text_says_the_hour_of_days_that_are_further_away_too():
    assert moments.moment_text(NOW, now=NOW) == "today 14:00"
    later = NOW + timedelta(days=3)
    said = moments.moment_text(later, now=NOW)
    assert said == f"{later:%a} {moments.day_text(later, now=NOW)} 14:00"


def test_shares_are_rounded_and_not_cut():
    source = "{{ a|percent }} {{ b|percent:1 }} {{ c|percent }}"
    said = render(source, a=8 / 27, b=1 / 6, c=0.5)

    assert said.replace(moments.NARROW, " ") == "30 % 16.7 % 50 %"


def test_due_text_says_left_or_overdue():
    left = moments.due_text(NOW + timedelta(minutes=42), now=NOW)
    late = moments.due_text(NOW - timedelta(hours=1), now=NOW)

    assert left.replace(moments.NARROW, " ") == "42 min left"
    assert late.replace(moments.NARROW, " ") == "overdue by 1 h"


def test_time_tags_carry_the_absolute_moment(time_machine):
    time_machine.move_to(NOW, tick=False)
    late = render("{% due m %}", m=NOW - timedelta(hours=2))

    assert 'datetime="2026-11-24T11:00:00+00:00"' in late
    assert 'title="24 November 2026, 12:00"' in late
    assert 'class="lh-late"' in late
    assert render("{% ago None %}{% day None %}{% due None %}") == "–––"


def test_numbers_read_alike():
    source = "{{ a|percent }} {{ b|grouped }} {{ c|points }} {{ d|points }}"
    said = render(source, a=0.384, b=12480, c=20.5, d=-8.0)

    assert said.replace(moments.NARROW, " ") == "38 % 12,480 +20.5 −8"
    assert render("{{ 100|points }} {{ x|percent }}", x=None) == "+100 –"
    assert render("{{ 0|points }} {{ a|points }}", a=-0.04) == "0 0"
    assert render("{{ x|total }} {{ a|total }}", x=None, a=-3.21) == "– −3.3"


def test_initials():
    assert render("{{ n|initials }}", n="Mara von Lindqvist") == "ML"
    assert render("{{ n|initials }}", n="demo") == "D"
    assert render("{{ n|initials }}", n="") == ""
