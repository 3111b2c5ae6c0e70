"""What is known of visitors, and what becomes of it on the contact's page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from journeys.models import AnonymousView
from journeys.services.visitors import TYPED, join_visitor
from tests.factories.accounts import MarketerFactory
from tests.factories.contacts import ContactFactory
from tests.factories.journeys import (
    InteractionFactory,
    TrackedLinkFactory,
    VisitorFactory,
)

pytestmark = pytest.mark.django_db


def test_visitors_stand_with_what_they_did_and_whom_they_became(client):
    ada = ContactFactory(first_name="Ada", last_name="Byron")
    joined = VisitorFactory(contact=ada, level=TYPED)
    InteractionFactory.create_batch(2, visitor=joined, contact=ada)
    InteractionFactory(visitor=joined, contact=ada, is_machine=True)
    nobody = VisitorFactory()
    client.force_login(MarketerFactory())

    response = client.get("/visitors/")

    shown = response.content.decode()
    counts = {
        line["visitor"].pk: line["seen"].interactions
        for line in response.context["lines"]
    }
    assert counts == {joined.pk: 2, nobody.pk: 0}
    assert "Ada Byron" in shown
    assert "typed an address" in shown
    assert f"Visitor {nobody.pk}" in shown


def test_links_of_mails_do_not_bury_those_that_are_handed_round(client):
    shared = TrackedLinkFactory()
    personal = TrackedLinkFactory(contact=ContactFactory())
    client.force_login(MarketerFactory())

    lists = [
        [line["link"] for line in client.get(f"/links/{query}").context["lines"]]
        for query in ("", "?show=personal")
    ]

    assert lists == [[shared], [personal]]


def test_counts_are_of_the_last_thirty_days_and_machines_apart(client):
    now = timezone.now()
    VisitorFactory(created_at=now)
    VisitorFactory(created_at=now, contact=ContactFactory())
    VisitorFactory(created_at=now - timedelta(days=31))
    for days, is_machine in ((0, False), (0, False), (0, True), (31, False)):
        AnonymousView.objects.create(
            day_id="x",
            occurred_at=now - timedelta(days=days),
            url="https://x.example/",
            channel="website",
            is_machine=is_machine,
        )
    client.force_login(MarketerFactory())

    crowd = client.get("/visitors/").context["crowd"]

    assert (crowd.visitors, crowd.joined) == (2, 1)
    assert (crowd.views_without_consent, crowd.machine_views) == (2, 1)


def test_only_those_who_became_somebody_if_asked(client):
    joined = VisitorFactory(contact=ContactFactory())
    VisitorFactory()
    client.force_login(MarketerFactory())

    lines = client.get("/visitors/?show=joined").context["lines"]

    assert [line["visitor"] for line in lines] == [joined]


@pytest.mark.parametrize("row_count", [1, 3])
def test_queries_do_not_grow(client, django_assert_num_queries, row_count):
    for visitor in VisitorFactory.create_batch(row_count, contact=ContactFactory()):
        InteractionFactory(visitor=visitor)
    client.force_login(MarketerFactory())
    client.get("/visitors/")

    # session, user, inbox count, pinned views; rows, counts of two tables, what they did
    with django_assert_num_queries(8):
        response = client.get("/visitors/")

    assert len(response.context["lines"]) == row_count


def test_without_visitors_it_says_who_appears_here(client):
    client.force_login(MarketerFactory())

    assert "No visitor has agreed yet" in client.get("/visitors/").content.decode()
    assert client.get("/visitors/?cursor=nonsense").status_code == 302


def test_visitors_are_for_those_who_are_signed_in(client):
    assert client.get("/visitors/")["Location"].startswith("/accounts/login/")


def test_visits_of_a_visitor_stand_on_the_timeline_once_it_is_somebody(client):
    visitor, ada = VisitorFactory(), ContactFactory()
    InteractionFactory(visitor=visitor, contact=None, title="Prices before she told us")
    client.force_login(MarketerFactory())
    path = f"/contacts/{ada.pk}/timeline/"
    before = client.get(path).content.decode()

    join_visitor(
        visitor=visitor,
        contact=ada,
        level=TYPED,
        at=timezone.now(),
        with_history=True,
    )

    assert "Prices before she told us" not in before
    assert "Prices before she told us" in client.get(path).content.decode()
