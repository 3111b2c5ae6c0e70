"""The feed of events, and their numbers: in order, without gaps, whoever writes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import EventCount, EventType, WebhookDelivery, WebhookEvent
from accounts.services.numbering import number_events
from accounts.services.tokens import create_token
from accounts.services.webhook_events import (
    News,
    forget_contacts,
    forget_old_events,
    tell_webhooks,
)
from accounts.services.webhooks import try_webhook
from contacts.services.contacts import create_contact, delete_contacts, update_contact
from leadhub.ids import new_id
from tests.factories.accounts import AdminFactory, RepFactory
from tests.factories.webhooks import WebhookEndpointFactory
from tests.threads import at_once

pytestmark = pytest.mark.django_db
NOW = timezone.now()
FEED = "/api/v1/events/"
CREATED, UPDATED = EventType.CONTACT_CREATED, EventType.CONTACT_UPDATED


@pytest.fixture(autouse=True)
def reader():
    """A webhook without an address."""
    return WebhookEndpointFactory(url="", events=[CREATED, UPDATED])


def api_of(user, *scopes) -> APIClient:
    client = APIClient()
    key = create_token(user=user, name="t", scopes=scopes or None, at=NOW)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


@pytest.fixture
def api():
    return api_of(AdminFactory(), "webhooks:read")


def tell(*contact_ids, kind=UPDATED, at=NOW):
    tell_webhooks(news={kind: [News(contact_id=n) for n in contact_ids]}, at=at)


def numbers(contact_id):
    rows = WebhookEvent.objects.filter(contact_id=contact_id).order_by("position")
    return list(rows.values_list("sequence", flat=True))


# The feed ------------------------------------------------------------------------


def test_who_asks_finds_what_a_webhook_would_be_sent(api, settings):
    contact = create_contact(data={"email": "a@x.example"}, by=None, at=NOW, source="t")
    update_contact(
        contact=contact, data={"first_name": "A"}, by=None, at=NOW, source="t"
    )
    number_events()

    answer = api.get(FEED).json()

    [first, second] = answer["results"]
    assert first == {
        "id": str(WebhookEvent.objects.earliest("position").pk),
        "type": "contact.created",
        "timestamp": NOW.isoformat(),
        "sequence": 1,
        "data": {
            "contact": contact.pk,
            "url": f"{settings.SITE_URL}/contacts/{contact.pk}/",
        },
    }
    assert (second["type"], second["sequence"]) == ("contact.updated", 2)
    assert answer["next"] is None
    assert api.get(f"{FEED}{first['id']}/").json() == first
    assert not WebhookDelivery.objects.exists()


def test_who_asks_again_gets_what_is_new(api):
    tell(1, 2, 3)
    number_events()
    page = api.get(FEED, {"page_size": 2}).json()
    assert [one["data"]["contact"] for one in page["results"]] == [1, 2]
    [last] = api.get(page["next"]).json()["results"]
    after = {"after": last["id"]}
    assert api.get(FEED, after).json()["results"] == []

    tell(4)
    number_events()

    [new] = api.get(FEED, after).json()["results"]
    assert new["data"]["contact"] == 4


def test_the_feed_is_filtered_by_type_and_contact(api):
    tell(1, 2)
    tell(1, kind=CREATED)
    number_events()

    def found(**query):
        return [
            (one["type"], one["data"]["contact"])
            for one in api.get(FEED, query).json()["results"]
        ]

    assert found(type="contact.created") == [("contact.created", 1)]
    assert found(contact=2) == [("contact.updated", 2)]
    assert len(found(contact=1)) == 2


@pytest.mark.parametrize(
    "query",
    [
        {"after": "0196a0c4-7d0e-7cc3-98c4-dc0c0c07398f"},
        {"after": "x"},
        {"type": "contact.exploded"},
        {"contact": "0"},
        {"since": "2026-01-01"},
        {"ordering": "at"},
    ],
)
def test_what_the_feed_does_not_know_is_refused(api, query):
    answer = api.get(FEED, query)

    assert answer.status_code == 400
    assert [one["attr"] for one in answer.json()["errors"]] == [*query]


def test_others_than_administrators_find_nothing_in_it():
    tell(1)
    number_events()
    event = WebhookEvent.objects.get()
    rep = api_of(RepFactory())

    assert rep.get(FEED).json()["results"] == []
    assert rep.get(f"{FEED}{event.pk}/").status_code == 404
    assert rep.get(FEED, {"after": event.pk}).status_code == 400
    assert api_of(AdminFactory(), "contacts:read").get(FEED).status_code == 403


@pytest.mark.parametrize("count", [1, 3])
def test_the_feed_costs_the_same_for_many(api, django_assert_num_queries, count):
    tell(*range(1, count + 1))
    number_events()

    with django_assert_num_queries(2):  # the token with its user, the rows
        assert len(api.get(FEED).json()["results"]) == count


def test_a_webhook_without_address_is_set_up_over_the_api_and_tried_out():
    admin = api_of(AdminFactory())
    asked = {"name": "Warehouse", "url": "", "events": ["contact.created"]}

    made = admin.post("/api/v1/webhooks/", asked, "json")
    tried = admin.post(f"/api/v1/webhooks/{made.data['id']}/test/")
    number_events()

    assert (made.status_code, tried.status_code) == (201, 204)
    [test] = admin.get(FEED).json()["results"]
    assert (test["type"], test["sequence"]) == ("webhook.test", None)
    assert not WebhookDelivery.objects.exists()


def test_an_address_is_not_taken_away():
    admin = api_of(AdminFactory())
    row = WebhookEndpointFactory()

    answer = admin.patch(f"/api/v1/webhooks/{row.pk}/", {"url": ""}, "json")

    assert answer.status_code == 400


# Numbers -------------------------------------------------------------------------


def test_each_contact_is_counted_by_itself():
    tell(1, 2, 1)
    number_events()
    tell(1, 2)

    assert number_events() == 2
    assert number_events() == 0
    assert numbers(1) == [1, 2, 3]
    assert numbers(2) == [1, 2]
    positions = WebhookEvent.objects.order_by("position").values_list("position")
    assert [*positions] == [(n,) for n in range(1, 6)]


def test_the_bytes_are_the_same_each_time_and_have_the_number():
    tell(7)
    number_events()

    event = WebhookEvent.objects.get()

    assert json.loads(event.told)["sequence"] == 1
    assert event.told.startswith(event.body[:-1])
    assert WebhookEvent.objects.get().told == event.told


def test_what_is_about_no_contact_has_no_number(reader):
    try_webhook(endpoint=reader, at=NOW)
    number_events()

    event = WebhookEvent.objects.get()

    assert (event.sequence, event.told) == (None, event.body)


def test_numbers_go_on_when_what_was_told_is_forgotten():
    tell(1, at=NOW - timedelta(days=31))
    number_events()
    forget_old_events(at=NOW)

    tell(1)
    number_events()

    event = WebhookEvent.objects.get()
    assert (event.position, event.sequence) == (2, 2)


def test_what_is_rolled_back_leaves_no_gap():
    tell(1)
    with transaction.atomic():
        tell(1)
        transaction.set_rollback(True)
    tell(1)
    number_events()

    assert numbers(1) == [1, 2]


def test_the_count_goes_with_the_contact():
    contact = create_contact(data={"email": "a@x.example"}, by=None, at=NOW, source="t")
    number_events()

    delete_contacts(contact_ids=[contact.pk], by=None)

    assert not WebhookEvent.objects.exists()
    assert not EventCount.objects.filter(contact_id=contact.pk).exists()


@pytest.mark.parametrize("count", [1, 3])
def test_numbering_costs_the_same_for_many(django_assert_num_queries, count):
    tell(9)
    number_events()
    tell(*range(1, count + 1))

    # Is there any; savepoint, lock, rows, counts, two writes, release; any more.
    with django_assert_num_queries(9):
        number_events()


def test_without_anything_new_numbering_costs_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        number_events()


def test_ids_of_one_millisecond_sort_as_they_were_made():
    made = []
    for micros in (100, 350, 600, 999):
        moment = datetime(2026, 5, 4, 8, 15, 0, micros, tzinfo=UTC)
        with time_machine.travel(moment, tick=False):
            made.append(new_id())

    assert made == sorted(made)
    assert {made_id.version for made_id in made} == {7}


# Several at once -----------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_many_writers_and_numberers_leave_no_gap():
    def write() -> None:
        for _n in range(20):
            tell(1, 2)

    def number() -> None:
        for _n in range(20):
            number_events()

    at_once(write, write, write, number, number)
    number_events()

    assert numbers(1) == numbers(2) == [*range(1, 61)]
    positions = WebhookEvent.objects.values_list("position", flat=True)
    assert sorted(positions) == [*range(1, 121)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_what_is_committed_late_comes_behind_what_was_read(api):
    with transaction.atomic():
        tell(1)  # its id is the smaller one
        at_once(lambda: tell(2), number_events)
        at_once(number_events)
    [read] = api.get(FEED).json()["results"]
    number_events()

    [late] = api.get(FEED, {"after": read["id"]}).json()["results"]

    assert [read["data"]["contact"], late["data"]["contact"]] == [2, 1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
def test_nothing_is_left_of_a_contact_deleted_while_its_events_are_numbered():
    tell(1, 2)
    with transaction.atomic():
        forget_contacts(contact_ids=[1])
        at_once(number_events)

    number_events()

    assert [row.contact_id for row in WebhookEvent.objects.all()] == [2]
    assert set(EventCount.objects.values_list("contact_id", flat=True)) == {0, 2}
