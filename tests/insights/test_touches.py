"""What people did in a period, whether it was counted beforehand or not."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from insights.models import DailyCount
from insights.selectors.periods import Period, from_days
from insights.selectors.touches import touches
from insights.services.rollups import roll_up
from tests.factories.journeys import InteractionFactory, MeasureFactory

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 3, 10, tzinfo=ZoneInfo("Europe/Berlin"))
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture(params=["counted", "not counted"])
def three_days(request):
    measure = MeasureFactory()
    for hours in range(0, 72, 6):
        InteractionFactory(
            occurred_at=MIDNIGHT + hours * HOUR,
            channel="email" if hours < 24 else "social",
            measure=measure if hours >= 48 else None,
            is_machine=hours % 24 == 18,
        )
    if request.param == "counted":
        roll_up(at=MIDNIGHT + 4 * DAY)
    return measure


def days(first, last):
    day = MIDNIGHT.date()
    return from_days(day + first * DAY, day + last * DAY)


def test_it_is_counted_by_what_is_asked_for(three_days):
    assert touches(days(0, 2), "channel") == {"email": 3, "social": 6}
    assert touches(days(0, 2), "measure_id") == {None: 6, three_days.pk: 3}
    assert touches(days(1, 1), "channel") == {"social": 3}
    assert touches(days(0, 2), "is_machine", machines=True) == {False: 9, True: 3}
    assert touches(days(5, 9), "kind") == {}


def test_a_part_of_a_day_is_counted_to_the_moment(three_days):
    period = Period(MIDNIGHT + 7 * HOUR, MIDNIGHT + 30 * HOUR)

    assert touches(period, "channel") == {"email": 1, "social": 1}


def test_days_that_are_counted_are_not_counted_again(three_days):
    changed = DailyCount.objects.filter(channel="social").update(interactions=100)

    found = touches(days(0, 2), "channel")

    assert (found["social"] > 100) == (changed > 0)
