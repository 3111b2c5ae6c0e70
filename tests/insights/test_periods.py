"""Periods: which days they have, what they are compared with, how URLs say them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import override_settings
from django.urls import reverse
from rest_framework.test import APIClient

from insights.selectors.asked_periods import UnreadablePeriod, asked_period
from insights.selectors.periods import Period, from_days, last_days
from tests.factories.accounts import MarketerFactory

BERLIN = ZoneInfo("Europe/Berlin")
# 00:30 on Friday 27 November in Berlin, the day before in Greenwich.
NOW = datetime(2026, 11, 26, 23, 30, tzinfo=UTC)
FALLS_BACK = ["days=8", "period=x", "period=2026-13", "from=2026-12-31&to=2026-01-01"]


def asked(**query):
    return asked_period({key.rstrip("_"): text for key, text in query.items()}, at=NOW)


def days(period):
    return period.first, period.last


@pytest.mark.parametrize(
    ("query", "first", "last", "before"),
    [
        ({}, (10, 29), (11, 27), ("2026-09-29", "2026-10-28")),
        ({"days": "7"}, (11, 21), (11, 27), ("2026-11-14", "2026-11-20")),
        ({"period": "7"}, (11, 21), (11, 27), ("2026-11-14", "2026-11-20")),
        # Of a month that runs the same days of the last one.
        ({"period": "month"}, (11, 1), (11, 27), ("2026-10-01", "2026-10-27")),
        ({"period": "2026-11"}, (11, 1), (11, 27), ("2026-10-01", "2026-10-27")),
        ({"period": "last_month"}, (10, 1), (10, 31), ("2026-09-01", "2026-09-30")),
        ({"period": "2026-03"}, (3, 1), (3, 31), ("2026-02-01", "2026-02-28")),
        ({"period": "quarter"}, (10, 1), (11, 27), ("2026-07-01", "2026-08-27")),
        ({"period": "last_quarter"}, (7, 1), (9, 30), ("2026-04-01", "2026-06-30")),
        ({"period": "2026-Q1"}, (1, 1), (3, 31), ("2025-10-01", "2025-12-31")),
        (
            {"from_": "2026-11-01", "to": "2026-11-10"},
            (11, 1),
            (11, 10),
            ("2026-10-22", "2026-10-31"),
        ),
        ({"from_": "2026-11-24"}, (11, 24), (11, 27), ("2026-11-20", "2026-11-23")),
    ],
)
def test_a_url_names_calendar_days_and_those_of_the_same_kind_before(
    query, first, last, before
):
    period = asked(**query)

    assert days(period) == (date(2026, *first), date(2026, *last))
    assert tuple(map(str, days(period.before()))) == before
    assert asked_period(_parsed(period.query), at=NOW) == period


def _parsed(query):
    return dict(part.split("=") for part in query.split("&"))


def test_a_month_that_is_over_begins_and_ends_at_midnight_here():
    october = asked(period="2026-10")

    # The clocks go back on 25 October.
    assert october.since == datetime(2026, 10, 1, tzinfo=BERLIN)
    assert october.until == datetime(2026, 11, 1, tzinfo=BERLIN)
    assert (october.days, october.before().days) == (31, 30)


@override_settings(TIME_ZONE="Pacific/Auckland")
def test_days_are_those_of_the_time_zone():
    assert days(asked(period="month")) == (date(2026, 11, 1), date(2026, 11, 27))
    since = datetime(2026, 11, 1, tzinfo=ZoneInfo("Pacific/Auckland"))
    assert asked(period="month").since == since


def test_the_first_days_of_march_have_no_more_days_before_than_february():
    at = datetime(2026, 3, 30, 12, tzinfo=UTC)

    before = asked_period({"period": "month"}, at=at).before()

    assert days(before) == (date(2026, 2, 1), date(2026, 2, 28))


@pytest.mark.parametrize(
    ("query", "attr"),
    [
        ({"days": "8"}, "days"),
        ({"days": "-7"}, "days"),
        ({"period": "next"}, "period"),
        ({"period": "2026-13"}, "period"),
        ({"period": "2026-00"}, "period"),
        ({"period": "2026-1"}, "period"),
        ({"period": "2026-Q5"}, "period"),
        ({"period": "0001-01"}, "period"),
        ({"period": "9999-12"}, "period"),
        ({"period": "2026-12"}, "period"),
        ({"period": "२०२६-१०"}, "period"),
        ({"from_": "x", "to": "2026-01-01"}, "from"),
        ({"from_": "2026-02-30", "to": "2026-03-01"}, "from"),
        ({"from_": "0001-01-01", "to": "2026-03-01"}, "from"),
        ({"from_": "2026-03-01", "to": "9999-12-31"}, "to"),
        ({"from_": "2026-03-02", "to": "2026-03-01"}, "from"),
        ({"from_": "2027-01-01", "to": "2027-01-02"}, "from"),
        ({"to": "2026-03-01"}, "from"),
        ({"period": "30", "from_": "2026-03-01"}, "from"),
    ],
)
def test_what_cannot_be_read_is_named(query, attr):
    with pytest.raises(UnreadablePeriod) as found:
        asked(**query)

    assert found.value.attr == attr
    assert str(found.value)


def test_one_can_go_earlier_and_back():
    october = asked(period="month").earlier()

    assert october.name == "2026-10"
    assert october.later(at=NOW) == asked(period="month")
    assert asked(period="month").later(at=NOW) is None
    assert asked(period="quarter").earlier().name == "2026-Q3"
    assert asked(period="quarter").later(at=NOW) is None
    week = asked(days="7")
    assert days(week.earlier()) == (date(2026, 11, 14), date(2026, 11, 20))
    assert week.earlier().later(at=NOW) == week
    assert week.later(at=NOW) is None
    own = from_days(date(2026, 11, 18), date(2026, 11, 22))
    assert days(own.later(at=NOW)) == (date(2026, 11, 23), date(2026, 11, 27))


def test_words_say_which_days_they_are():
    found = [asked(**query) for query in ({}, {"period": "2026-10"})]
    found += [asked(period="2026-Q3"), asked(from_="2026-11-01", to="2026-11-10")]

    assert [period.label for period in found] == [
        "Last 30 days",
        "October 2026",
        "Q3 2026",
        "1 Nov 2026 – 10 Nov 2026",
    ]
    assert [period.compared for period in found] == [
        "vs. the 30 days before",
        "vs. September 2026",
        "vs. Q2 2026",
        "vs. 22 Oct 2026 – 31 Oct 2026",
    ]
    assert asked(period="month").compared == "vs. 1 Oct 2026 – 27 Oct 2026"


def test_a_period_is_as_long_as_the_one_before_when_clocks_change():
    period = last_days(7, at=datetime(2026, 3, 30, 12, tzinfo=BERLIN))

    before = period.before()

    assert before.until == period.since
    assert (period.days, before.days) == (7, 7)
    assert before.since == datetime(2026, 3, 17, tzinfo=BERLIN)


def test_any_two_moments_are_a_period():
    period = Period(datetime(2026, 6, 14, 12, tzinfo=UTC), NOW)

    assert period.before().until == period.since
    assert days(period) == (date(2026, 6, 14), date(2026, 11, 27))


@pytest.mark.django_db
@pytest.mark.parametrize("query", FALLS_BACK)
@pytest.mark.parametrize("page", ["insights:today", "insights:reports"])
def test_a_page_says_what_it_could_not_read_and_shows_30_days(client, page, query):
    client.force_login(MarketerFactory())

    response = client.get(f"{reverse(page)}?{query}")

    assert response.status_code == 200
    shown = response.content.decode()
    assert "Shown are the last 30 days." in shown
    assert 'role="alert"' in shown


@pytest.mark.django_db
def test_the_picker_keeps_the_rest_of_the_url(client):
    client.force_login(MarketerFactory())

    shown = client.get(f"{reverse('insights:today')}?period=last_month&journey=3&x=%26")

    page = shown.content.decode()
    assert '<input type="hidden" name="journey" value="3">' in page
    for key in ("ArrowLeft", "ArrowRight"):
        assert f'&amp;journey=3&amp;x=%26" data-key="{key}"' in page


@pytest.mark.django_db
@pytest.mark.parametrize("query", FALLS_BACK)
@pytest.mark.parametrize("path", ["kpis/", "kpis/declines/"])
def test_over_rest_it_is_an_error(path, query):
    api = APIClient()
    api.force_authenticate(MarketerFactory())

    response = api.get(f"/api/v1/{path}?{query}")

    assert response.status_code == 400
    assert response.json()["errors"][0]["attr"] == query.partition("=")[0]
