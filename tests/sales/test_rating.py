"""A rep says how good a lead is: on the page and over REST."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import timezone

from leadhub.errors import InvalidValue
from sales.models import HandoffEvent
from sales.services.rating import NotAnswered, rate_handoff
from sales.services.refusals import HandoffTaken
from tests.factories.accounts import LeadFactory, MarketerFactory, RepFactory
from tests.factories.sales import HandoffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def handoff():
    return HandoffFactory(status="accepted", accepted_at=timezone.now())


def rate(handoff, rating, by=None):
    return rate_handoff(
        handoff=handoff, rating=rating, by=by or handoff.assignee, at=timezone.now()
    )


def in_the_browser(client, handoff, rating):
    url = reverse("sales:rate", args=[handoff.pk])
    return client.post(url, {"rating": rating})


def over_rest(client, handoff, rating):
    url = f"/api/v1/handoffs/{handoff.pk}/rate/"
    return client.post(url, {"rating": rating}, content_type="application/json")


@pytest.mark.parametrize("door", [in_the_browser, over_rest])
def test_a_rep_rates_a_lead_through_any_door(client, handoff, door):
    client.force_login(handoff.assignee)

    response = door(client, handoff, 4)

    handoff.refresh_from_db()
    assert response.status_code in (200, 302)
    assert handoff.rating == 4
    assert handoff.events.get().kind == HandoffEvent.Kind.RATED


@pytest.mark.parametrize("door", [in_the_browser, over_rest])
def test_what_is_no_rating_is_refused(client, handoff, door):
    client.force_login(handoff.assignee)

    for wrong in (0, 6, "x", 2.5):
        response = door(client, handoff, wrong)
        assert response.status_code in (302, 400, 422)
    handoff.refresh_from_db()
    assert handoff.rating is None


@pytest.mark.parametrize("status", ["accepted", "declined", "returned", "closed"])
def test_also_one_that_is_closed_can_be_rated_and_rated_anew(status):
    handoff = HandoffFactory(status=status)

    rate(handoff, 2)
    rate(handoff, 5)
    again = rate(handoff, 5)

    assert again.rating == 5
    assert [event.note for event in handoff.events.order_by("pk")] == ["2/5", "5/5"]
    assert rate(handoff, None).rating is None


def test_nobody_rates_what_they_have_not_answered():
    with pytest.raises(NotAnswered):
        rate(HandoffFactory(), 3)


def test_nobody_rates_the_lead_of_a_colleague(handoff, client):
    with pytest.raises(HandoffTaken):
        rate(handoff, 3, by=RepFactory())
    assert rate(handoff, 3, by=LeadFactory()).rating == 3
    client.force_login(MarketerFactory())
    assert in_the_browser(client, handoff, 1).status_code == 404


@pytest.mark.parametrize("rating", [0, 6, -1])
def test_a_rating_is_of_five(handoff, rating):
    with pytest.raises(InvalidValue):
        rate(handoff, rating)


def test_the_page_offers_it_once_the_lead_is_answered(client, handoff):
    client.force_login(handoff.assignee)
    waiting = HandoffFactory(assignee=handoff.assignee)

    def shown(row):
        return client.get(reverse("sales:detail", args=[row.pk])).content.decode()

    assert "How good was this lead?" in shown(handoff)
    assert "How good was this lead?" not in shown(waiting)
    rate(handoff, 4)
    assert 'value="4" aria-pressed="true"' in shown(handoff)
