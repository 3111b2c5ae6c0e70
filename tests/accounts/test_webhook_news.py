"""Webhooks: what is told, and to whom."""

from __future__ import annotations

import json

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import (
    WebhookDelivery,
    WebhookEvent,
)
from accounts.services.delivering import deliver_due_webhooks
from accounts.services.webhook_events import (
    News,
    tell_endpoint,
    tell_webhooks,
)
from accounts.services.webhooks import (
    change_webhook,
)
from contacts.services.consents import record_consents
from contacts.services.contacts import create_contact, update_contact
from journeys.services.tracking import Report, track_interactions
from sales.services.handoffs import accept_handoff, decline_handoff, hand_off
from tests.accounts.test_webhooks import CREATED, NOW, endpoint_at, is_signed
from tests.factories.accounts import RepFactory
from tests.factories.contacts import ContactFactory
from tests.factories.sales import CrossingFactory

pytestmark = pytest.mark.django_db


def test_a_new_contact_is_told_thin_and_signed(sink, settings):
    _endpoint, secret = endpoint_at(sink)

    contact = create_contact(
        data={"email": "ada@engines.example"}, by=None, at=NOW, source="test"
    )
    arrived = deliver_due_webhooks()

    [request] = sink.requests
    event = WebhookEvent.objects.get()
    assert arrived == 1
    assert request.json == {
        "type": "contact.created",
        "timestamp": NOW.isoformat(),
        "data": {
            "contact": contact.pk,
            "url": f"{settings.SITE_URL}/contacts/{contact.pk}/",
        },
        "sequence": 1,
    }
    assert request.headers["webhook-id"] == str(event.pk)
    assert request.headers["content-type"] == "application/json"
    assert is_signed(request, secret)
    assert deliver_due_webhooks() == 0


def test_who_did_not_ask_is_told_nothing(sink):
    endpoint_at(sink, events=["handoff.accepted"])
    endpoint_at(sink, name="Off", is_active=False)

    create_contact(data={"email": "a@example.com"}, by=None, at=NOW, source="test")

    assert not WebhookEvent.objects.exists()


def test_without_anybody_listening_it_costs_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        tell_webhooks(news={CREATED: iter([News()])}, at=NOW)


@pytest.mark.parametrize("count", [1, 3])
def test_a_transaction_asks_once_who_listens(count):
    with transaction.atomic(), CaptureQueriesContext(connection) as queries:
        for n in range(count):
            contact = create_contact(
                data={"email": f"{n}@example.com"}, by=None, at=NOW, source="t"
            )
            record_consents(
                contact=contact, decisions={"phone": True}, source="t", proof={}, at=NOW
            )
            seen = Report(
                contact=contact, kind="page_view", source="t", occurred_at=NOW
            )
            track_interactions(reports=[seen], at=NOW)

    asked = [one["sql"] for one in queries if "webhookendpoint" in one["sql"]]
    assert len(asked) == 1


def test_a_webhook_of_the_same_transaction_is_told(sink):
    with transaction.atomic():
        tell_webhooks(news={CREATED: [News()]}, at=NOW)
        endpoint, _secret = endpoint_at(sink)
        told = tell_webhooks(news={CREATED: [News()]}, at=NOW)
        change_webhook(endpoint=endpoint, values={"events": []})
        told_after_change = tell_webhooks(news={CREATED: [News()]}, at=NOW)

    assert [told, told_after_change] == [1, 0]


def test_what_was_rolled_back_is_not_told(sink):
    endpoint_at(sink)
    with transaction.atomic():
        create_contact(data={"email": "a@example.com"}, by=None, at=NOW, source="t")
        transaction.set_rollback(True)

    assert not WebhookEvent.objects.exists()


def test_a_changed_contact_is_told_only_if_it_changed(sink):
    endpoint_at(sink, events=["contact.updated"])
    contact = create_contact(
        data={"email": "a@example.com"}, by=None, at=NOW, source="test"
    )
    for _again in range(2):
        update_contact(
            contact=contact, data={"first_name": "A"}, by=None, at=NOW, source="test"
        )

    assert [event.type for event in WebhookEvent.objects.all()] == ["contact.updated"]


def test_what_has_a_key_is_told_once(sink):
    endpoint, _secret = endpoint_at(sink)
    for _again in range(2):
        tell_endpoint(endpoint=endpoint, kind=CREATED, news=[News(key="7:abc")], at=NOW)

    assert WebhookDelivery.objects.count() == 1


def test_what_a_contact_did_is_told_once(sink):
    endpoint_at(sink, events=["interaction.tracked"])
    report = Report(
        contact=ContactFactory(),
        kind="demo_request",
        source="shop",
        event_id="7",
        occurred_at=NOW,
    )

    for _again in range(2):
        track_interactions(reports=[report], at=NOW)

    body = json.loads(WebhookEvent.objects.get().body)
    assert (body["type"], body["data"]["kind"]) == (
        "interaction.tracked",
        "demo_request",
    )


def test_what_sales_answers_is_told(sink):
    endpoint_at(
        sink, events=["handoff.offered", "handoff.accepted", "handoff.declined"]
    )
    rep = RepFactory()
    handoff = hand_off(crossing=CrossingFactory(), at=NOW)

    accept_handoff(handoff=handoff, by=rep, at=NOW)
    decline_handoff(handoff=handoff, reason="no_budget", by=rep, at=NOW)

    told = [json.loads(row.body) for row in WebhookEvent.objects.order_by("pk")]
    assert [body["type"] for body in told] == [
        "handoff.offered",
        "handoff.accepted",
        "handoff.declined",
    ]
    assert {body["data"]["handoff"] for body in told} == {handoff.pk}
    assert told[-1]["data"]["reason"] == "no_budget"


def test_a_withdrawn_consent_is_told(sink):
    endpoint_at(sink, events=["consent.changed"])
    contact = ContactFactory()

    for _again in range(2):
        record_consents(
            contact=contact,
            decisions={"email_marketing": False},
            source="test",
            proof={},
            at=NOW,
        )

    body = json.loads(WebhookEvent.objects.get().body)
    assert body["data"]["purposes"] == {"email_marketing": False}
