"""How the plans of the demo came to be: versions, reviews and a draft, in that order."""

from datetime import timedelta

import pytest
from django.utils import timezone

from insights.demo.plan import USERS
from insights.services.demo_ground import lay_out_ground, make_users
from insights.services.demo_offers import lay_out_offers
from insights.services.demo_plans import let_plans_grow
from journeys.models import Journey, JourneyReview, MeasureCost
from journeys.selectors.snapshots import plan_of
from journeys.selectors.versions import changes_between, draft_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    """After the plans of the demo are laid out."""
    now = timezone.now()
    start = now - timedelta(days=84)
    users = make_users({name: "x" for name, *_rest in USERS}, at=start)
    lay_out_ground(users, at=start, today=now)
    lay_out_offers(by=users["marketer"], at=start, today=now)
    let_plans_grow(users, at=start, today=now)
    return now


def test_a_review_names_the_version_of_its_day(now):
    reviews = JourneyReview.objects.select_related("journey")
    of_their_day = {
        review: [*review.journey.versions.filter(published_at__lte=review.at)]
        for review in reviews
    }

    assert len(of_their_day) == 2
    for review, versions in of_their_day.items():
        numbers = [version.number for version in versions]
        assert review.version == max(numbers, default=1)


def test_what_carries_measures_out_is_of_the_first_version(now):
    for journey in Journey.objects.all():
        times = journey.versions.order_by("number").values_list("published_at")
        assert [*times] == sorted(times)
        assert len(times) == 2
        latest = journey.versions.get(number=2)
        assert changes_between(latest.plan, plan_of(journey, at=now), at=now) == []
    assert MeasureCost.objects.exists()


def test_the_draft_says_what_its_measure_costs_and_what_carries_it_out(now):
    journey = Journey.objects.get(draft__isnull=False)

    told = changes_between(plan_of(journey, at=now), draft_of(journey).plan, at=now)

    assert {"costs", "carried out by"} <= {change.label for change in told}
