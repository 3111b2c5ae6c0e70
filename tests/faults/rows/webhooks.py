"""Servers that webhooks go to, slow and broken ones among them."""

from __future__ import annotations

import resource
from contextlib import ExitStack

from django.db.models import Max
from django.test import override_settings
from django.utils import timezone

from accounts.models import EventType, WebhookDelivery, WebhookEndpoint
from accounts.services.delivering import deliver_due_webhooks
from accounts.services.webhook_events import News, tell_webhooks
from tests.factories.webhooks import WebhookEndpointFactory
from tests.faults.registry import row
from tests.faults.world import World
from tests.webhooks import Sink

KINDS = ("silent", "reset", "nonsense", "endless")


@row("F27", size=60, short=1)
def broken_receivers(world: World) -> None:
    """One answers well; others are silent, reset, redirect, fail or never end."""
    with ExitStack() as stack:
        good, elsewhere = stack.enter_context(Sink()), stack.enter_context(Sink())
        away = {"Location": elsewhere.url}
        bad = [stack.enter_context(Sink(kind=kind)) for kind in KINDS]
        bad.append(stack.enter_context(Sink(answer=302, headers=away)))
        bad.append(stack.enter_context(Sink(answer=500)))
        sinks = {"good": good, **{f"bad {n}": sink for n, sink in enumerate(bad)}}
        for name, sink in sinks.items():
            WebhookEndpointFactory(name=name, url=sink.url)
        hosts = [f"127.0.0.1:{sink.port}" for sink in [*sinks.values(), elsewhere]]
        news = {EventType.CONTACT_CREATED: [News() for _n in range(world.size)]}
        tell_webhooks(news=news, at=timezone.now())
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with override_settings(EGRESS_ALLOW=hosts):
            deliver_due_webhooks()
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    world.faults += sum(sink.connections for sink in bad)
    to_good = WebhookDelivery.objects.filter(endpoint__name="good")
    slow = WebhookDelivery.objects.filter(endpoint__name="bad 0")
    last = slow.aggregate(Max("tried_at"))["tried_at__max"]
    ids = {request.headers["webhook-id"] for request in good.requests}
    world.say("others delayed", to_good.exclude(tried_at__lt=last).count())
    world.say("lost", world.size - len(ids))
    world.say("twice", len(good.requests) - len(ids))
    world.say("redirects followed", elsewhere.connections)
    broken = WebhookDelivery.objects.filter(endpoint__name="bad 5")
    world.say("failures taken for success", broken.filter(status="delivered").count())
    taken = WebhookEndpoint.objects.exclude(slot_owner=None)
    world.say("slots not given back", taken.count())
    world.say("MB more", used / 1024, 50)
