"""The page that opens the day, for each role."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.factories.accounts import MarketerFactory, RepFactory, UserFactory
from tests.factories.journeys import (
    InteractionFactory,
    JourneyFactory,
    PhaseFactory,
    PhaseVisitFactory,
)
from tests.factories.sales import HandoffFactory
from tests.factories.scoring import ScoreFactory

pytestmark = pytest.mark.django_db
PAGES = ["insights:today", "insights:numbers"]
ROLES = ["admin", "lead", "marketer", "rep", "read_only"]


def more_rows(rep):
    journey = JourneyFactory(review_date="2020-01-01")
    first = PhaseFactory(journey=journey, position=1)
    PhaseFactory(journey=journey, position=2)
    visit = PhaseVisitFactory(phase=first)
    InteractionFactory(contact=visit.contact)
    ScoreFactory(contact=visit.contact, total=70, is_ready=True)
    HandoffFactory(assignee=rep, contact=visit.contact)


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_a_day_with_and_without_data(client, role, page):
    user = UserFactory(role=role)
    client.force_login(user)

    empty = client.get(reverse(page))
    more_rows(user if role == "rep" else RepFactory())
    filled = client.get(reverse(page))

    assert (empty.status_code, filled.status_code) == (200, 200)
    if page == "insights:today":
        assert "Nothing waits for you." in empty.content.decode()
        assert "thing" in filled.context["sentence"]


@pytest.mark.parametrize("role", ROLES)
def test_who_leads_both_teams_sees_what_they_promised(client, role):
    client.force_login(UserFactory(role=role))

    response = client.get(reverse("insights:numbers"))

    leads = role in {"admin", "lead"}
    assert ("Promises kept and missed" in response.content.decode()) == leads


def test_numbers_of_the_funnel_link_to_who_entered_the_phase(client):
    client.force_login(MarketerFactory())
    visit = PhaseVisitFactory(phase=PhaseFactory(position=1))
    PhaseVisitFactory(phase=PhaseFactory(journey=visit.phase.journey, position=2))
    old = visit.entered_at - timedelta(days=60)
    PhaseVisitFactory(phase=visit.phase, entered_at=old)

    response = client.get(reverse("insights:numbers"))

    step = response.context["steps"][0]
    assert step["count"] == 1
    rows = client.get(step["url"]).context["rows"]
    assert [contact for contact, _cells in rows] == [visit.contact]


@pytest.mark.parametrize("page", PAGES)
def test_nobody_sees_it_without_signing_in(client, page):
    assert client.get(reverse(page)).status_code == 302


@pytest.mark.parametrize(
    "query",
    ["?days=x", "?days=7", "?days=9999", "?journey=0", "?journey=x&show=figures"],
)
def test_what_cannot_be_read_falls_back(client, query):
    client.force_login(MarketerFactory())
    more_rows(RepFactory())

    for page in PAGES:
        assert client.get(reverse(page) + query).status_code == 200


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["lead", "marketer", "rep"])
def test_query_counts_do_not_grow_with_the_rows(client, page, role):
    user = UserFactory(role=role)
    rep = user if role == "rep" else RepFactory()
    client.force_login(user)

    def queries():
        client.get(reverse(page))
        with CaptureQueriesContext(connection) as found:
            client.get(reverse(page))
        return len(found)

    more_rows(rep)
    with_one = queries()
    more_rows(rep)
    more_rows(rep)

    assert queries() == with_one
