"""Webhooks: how they are signed and sent, and what becomes of failures."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import (
    EventType,
    Notification,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from accounts.seals import unseal
from accounts.services import delivering
from accounts.services.delivering import deliver_due_webhooks
from accounts.services.webhook_events import (
    News,
    forget_old_events,
    tell_webhooks,
)
from accounts.services.webhooks import (
    NameTaken,
    StillWaiting,
    UnknownEvent,
    WebhookStopped,
    change_webhook,
    create_webhook,
    replay_delivery,
    rotate_secret,
    try_webhook,
)
from contacts.services.contacts import create_contact, delete_contacts
from leadhub.egress import ForbiddenUrl
from tests.factories.accounts import AdminFactory
from tests.factories.webhooks import WebhookDeliveryFactory, WebhookEndpointFactory
from tests.webhooks import Sink

pytestmark = pytest.mark.django_db
NOW = timezone.now()
CREATED = EventType.CONTACT_CREATED


def endpoint_at(sink, **values):
    return create_webhook(
        **{"name": "Shop", "url": sink.url, "events": [CREATED], "by": None, "at": NOW}
        | values
    )


def is_signed(request, secret):
    content = ".".join(
        [request.headers["webhook-id"], request.headers["webhook-timestamp"], ""]
    )
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.new(key, content.encode() + request.body, hashlib.sha256).digest()
    wanted = f"v1,{base64.b64encode(mac).decode()}"
    return wanted in request.headers["webhook-signature"].split(" ")


def due_again(row, *, at=None):
    row.due_at = at or timezone.now()
    row.save(update_fields=["due_at"])


def test_a_failure_is_tried_again_with_the_same_bytes_and_id(sink):
    _endpoint, secret = endpoint_at(sink)
    tell_webhooks(news={CREATED: [News(ids={"contact": 1})]}, at=NOW)
    sink.answer = 503

    assert deliver_due_webhooks() == 0
    row = WebhookDelivery.objects.get()
    assert (row.status, row.attempts, row.answer) == ("waiting", 1, "503")
    assert timedelta(seconds=4) < row.due_at - timezone.now() <= timedelta(seconds=6)
    sink.answer = 204
    due_again(row)
    assert deliver_due_webhooks() == 1

    first, second = sink.requests
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert is_signed(first, secret)
    assert is_signed(second, secret)
    row.refresh_from_db()
    assert (row.status, row.attempts, row.answer) == ("delivered", 2, "204")


@pytest.mark.parametrize("answer", [301, 302, 304, 400, 404, 429, 500, 503])
def test_only_2xx_is_a_success(sink, answer):
    endpoint_at(sink)
    tell_webhooks(news={CREATED: [News()]}, at=NOW)
    sink.answer = answer
    sink.headers = {"Location": sink.url}

    assert deliver_due_webhooks() == 0

    assert len(sink.requests) == 1
    assert WebhookDelivery.objects.get().status == "waiting"


def test_it_waits_as_long_as_it_is_asked_to(sink):
    endpoint_at(sink)
    tell_webhooks(news={CREATED: [News()]}, at=NOW)
    sink.answer, sink.headers = 503, {"Retry-After": "3600"}

    deliver_due_webhooks()

    left = WebhookDelivery.objects.get().due_at - timezone.now()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)


def test_after_ten_tries_it_is_given_up_and_can_be_sent_again(sink):
    endpoint_at(sink)
    tell_webhooks(news={CREATED: [News()]}, at=NOW)
    sink.answer = 500
    pauses = []
    for _try in range(10):
        row = WebhookDelivery.objects.get()
        due_again(row)
        before = timezone.now()
        deliver_due_webhooks()
        row.refresh_from_db()
        pauses.append(row.due_at - before)

    assert (row.status, row.attempts) == ("expired", 10)
    hours = [pause / timedelta(hours=1) for pause in pauses[3:9]]
    assert [
        asked <= got <= asked * 1.21
        for asked, got in zip((2, 5, 10, 14, 20, 24), hours, strict=True)
    ] == [True] * 6
    sink.answer = 200
    replay_delivery(delivery=row, at=timezone.now())
    assert deliver_due_webhooks() == 1
    assert len({request.headers["webhook-id"] for request in sink.requests}) == 1


def test_410_switches_it_off_and_tells_who_set_it_up(sink):
    owner = AdminFactory()
    endpoint, _secret = endpoint_at(sink, by=owner)
    tell_webhooks(news={CREATED: [News()]}, at=NOW)
    sink.answer = 410

    deliver_due_webhooks()

    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.stopped_because) == (False, "gone")
    assert WebhookDelivery.objects.get().status == "expired"
    assert "Shop" in Notification.objects.get(recipient=owner).title
    tell_webhooks(news={CREATED: [News()]}, at=NOW)
    assert WebhookDelivery.objects.count() == 1


def test_three_days_of_failures_pause_it_and_what_it_misses_waits(sink):
    owner = AdminFactory()
    endpoint, _secret = endpoint_at(sink, by=owner)
    long_ago = timezone.now() - timedelta(days=3, minutes=1)
    WebhookEndpoint.objects.update(failing_since=long_ago)
    tell_webhooks(news={CREATED: [News()]}, at=NOW)
    sink.answer = 500

    deliver_due_webhooks()

    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.stopped_because) == (False, "failing")
    assert Notification.objects.filter(recipient=owner).count() == 1
    tell_webhooks(news={CREATED: [News()]}, at=NOW)
    assert deliver_due_webhooks() == 0
    sink.answer = 200
    change_webhook(endpoint=endpoint, values={"is_active": True})
    for row in WebhookDelivery.objects.all():
        due_again(row)
    assert deliver_due_webhooks() == 2


def test_a_success_ends_the_count_of_failures(sink):
    endpoint, _secret = endpoint_at(sink)
    WebhookEndpoint.objects.update(failing_since=NOW - timedelta(days=2))
    tell_webhooks(news={CREATED: [News()]}, at=NOW)

    deliver_due_webhooks()

    endpoint.refresh_from_db()
    assert endpoint.failing_since is None
    assert endpoint.last_success_at is not None


def test_who_is_killed_after_sending_leaves_it_to_be_sent_again(sink, monkeypatch):
    endpoint_at(sink)
    tell_webhooks(news={CREATED: [News()]}, at=NOW)

    def killed(attempt, outcome):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(delivering, "_settle", killed)
        with pytest.raises(KeyboardInterrupt):
            deliver_due_webhooks()
    assert deliver_due_webhooks() == 0  # its slot is still taken
    WebhookEndpoint.objects.update(slot_until=timezone.now() - timedelta(seconds=1))
    assert deliver_due_webhooks() == 1

    first, second = sink.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_who_lost_the_slot_changes_nothing(sink):
    endpoint_at(sink)
    tell_webhooks(news={CREATED: [News()]}, at=NOW)
    [attempt] = delivering._claim(1)
    WebhookEndpoint.objects.update(slot_owner=None, slot_until=None)

    assert delivering._settle(attempt, delivering.Outcome("500")) is False

    assert WebhookDelivery.objects.get().attempts == 0


def test_a_slow_one_holds_up_only_itself(settings):
    with Sink(kind="silent") as slow, Sink() as quick:
        settings.EGRESS_ALLOW = [
            f"127.0.0.1:{slow.port}",
            f"127.0.0.1:{quick.port}",
        ]
        endpoint_at(slow, name="Slow")
        endpoint_at(quick, name="Quick")
        tell_webhooks(news={CREATED: [News() for _n in range(3)]}, at=NOW)

        deliver_due_webhooks()

        assert len(quick.requests) == 3
        rows = WebhookDelivery.objects.filter(endpoint__name="Quick")
        assert {row.status for row in rows} == {"delivered"}
        assert max(row.tried_at for row in rows) < min(
            row.tried_at
            for row in WebhookDelivery.objects.filter(endpoint__name="Slow")
        )


def test_both_secrets_sign_for_a_day(sink):
    endpoint, former = endpoint_at(sink)
    endpoint, latter = rotate_secret(endpoint=endpoint, at=timezone.now())
    tell_webhooks(news={CREATED: [News()]}, at=NOW)
    deliver_due_webhooks()
    WebhookEndpoint.objects.update(former_until=timezone.now() - timedelta(seconds=1))
    tell_webhooks(news={CREATED: [News()]}, at=NOW)
    deliver_due_webhooks()

    during, after = sink.requests
    assert is_signed(during, former)
    assert is_signed(during, latter)
    assert not is_signed(after, former)
    assert is_signed(after, latter)


def test_the_secret_is_long_and_is_not_in_the_database(sink):
    endpoint, secret = endpoint_at(sink)
    stored = WebhookEndpoint.objects.values().get()

    assert len(base64.b64decode(secret.removeprefix("whsec_"))) >= 24
    assert secret not in str(stored)
    assert unseal(endpoint.secret) == secret


def test_secrets_outlive_a_change_of_the_key(sink, settings):
    endpoint, secret = endpoint_at(sink)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-" * 10

    assert unseal(endpoint.secret) == secret


def test_what_cannot_be_is_refused(sink):
    endpoint_at(sink)

    with pytest.raises(NameTaken):
        endpoint_at(sink)
    with pytest.raises(UnknownEvent):
        endpoint_at(sink, name="Two", events=["contact.exploded"])
    with pytest.raises(ForbiddenUrl):
        endpoint_at(sink, name="Two", url="https://127.0.0.1/")
    with pytest.raises(StillWaiting):
        replay_delivery(delivery=WebhookDeliveryFactory(), at=NOW)
    with pytest.raises(WebhookStopped):
        try_webhook(endpoint=WebhookEndpointFactory(is_active=False), at=NOW)


def test_it_is_tried_out_with_an_event_of_its_own(sink):
    endpoint, secret = endpoint_at(sink, events=[])

    try_webhook(endpoint=endpoint, at=NOW)
    deliver_due_webhooks()

    [request] = sink.requests
    assert request.json["type"] == "webhook.test"
    assert is_signed(request, secret)


def test_what_is_told_goes_with_the_contact(sink):
    endpoint_at(sink)
    contact = create_contact(
        data={"email": "ada@engines.example"}, by=None, at=NOW, source="test"
    )
    create_contact(data={"email": "b@example.com"}, by=None, at=NOW, source="test")

    delete_contacts(contact_ids=[contact.pk], by=None)

    assert not WebhookEvent.objects.filter(contact_id=contact.pk).exists()
    assert WebhookDelivery.objects.count() == 1


@pytest.fixture
def figures(client, settings):
    def read() -> dict[str, float]:
        headers = {"Authorization": f"Bearer {settings.METRICS_TOKEN}"}
        lines = client.get("/metrics", headers=headers).content.decode().splitlines()
        pairs = [line.split(" ") for line in lines if line.startswith("leadhub_")]
        return {name: float(value) for name, value in pairs}

    return read


def test_metrics_say_what_waits_since_when_and_who_is_paused(figures):
    failing = WebhookEndpointFactory(is_active=False, stopped_because="failing")
    off = WebhookEndpointFactory(is_active=False, stopped_because="by_hand")
    hour = timezone.now() - timedelta(hours=1)
    WebhookDeliveryFactory(endpoint=failing, event__at=hour)
    WebhookDeliveryFactory(endpoint=failing, status="delivered")
    WebhookDeliveryFactory(endpoint=off, event__at=hour - timedelta(hours=9))
    WebhookDeliveryFactory()

    found = figures()

    assert found["leadhub_webhook_deliveries_waiting"] == 2
    assert 3600 <= found["leadhub_oldest_webhook_delivery_seconds"] < 3700
    assert found["leadhub_webhooks_paused"] == 1


def test_metrics_are_zero_where_nothing_waits(figures):
    found = figures()

    for name in (
        "leadhub_webhook_deliveries_waiting",
        "leadhub_oldest_webhook_delivery_seconds",
        "leadhub_webhooks_paused",
    ):
        assert found[name] == 0


def test_what_was_told_is_forgotten_after_thirty_days(sink):
    endpoint_at(sink)
    tell_webhooks(news={CREATED: [News()]}, at=NOW - timedelta(days=31))
    tell_webhooks(news={CREATED: [News()]}, at=NOW)

    assert forget_old_events(at=NOW) == 1
    assert WebhookEvent.objects.get().at == NOW
