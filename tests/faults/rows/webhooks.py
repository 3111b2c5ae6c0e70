"""Servers that webhooks go to, slow and broken ones among them."""

from __future__ import annotations

import resource
import time
from contextlib import ExitStack

from django.db.models import Max
from django.test import override_settings
from django.utils import timezone

from accounts.models import EventType, WebhookDelivery, WebhookEndpoint, WebhookEvent
from accounts.services.delivering import deliver_due_webhooks
from accounts.services.webhook_events import News, tell_webhooks
from tests.factories.webhooks import WebhookEndpointFactory
from tests.faults.loops import looping_process
from tests.faults.registry import row
from tests.faults.world import World
from tests.installation.processes import wait_for
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


@row("F28", size=200, short=6)
def kill_after_sending(world: World) -> None:
    """Who delivers is killed when the receiver has it, before that is written down."""
    kills = 1 if world.is_short else 40
    with Sink(delay=0.03) as sink:
        WebhookEndpointFactory(url=sink.url)
        news = {EventType.CONTACT_CREATED: [News() for _n in range(world.size)]}
        tell_webhooks(news=news, at=timezone.now())
        verb = "accounts.services.delivering.deliver_due_webhooks"
        allowed = f"127.0.0.1:{sink.port}"
        process = looping_process(world, verb, EGRESS_ALLOW=allowed)
        for number in range(kills):
            due = world.size * number // kills
            wait_for(lambda due=due: len(sink.requests) > due, seconds=60)
            time.sleep(world.random.uniform(0, 0.03))
            process.kill()
            # As if the minute were over for which it has the slot.
            held = WebhookEndpoint.objects.exclude(slot_owner=None)
            world.faults += held.update(slot_until=timezone.now())
            process.start()
        waiting = WebhookDelivery.objects.exclude(status="delivered")
        wait_for(lambda: not waiting.exists(), seconds=60)
        process.kill()
        got = [(r.headers["webhook-id"], r.body.decode()) for r in sink.requests]
    told = {str(event.pk): event.told for event in WebhookEvent.objects.all()}
    world.say("missing", len(told.keys() - {event_id for event_id, _body in got}))
    world.say("changed ids", sum(event_id not in told for event_id, _body in got))
    world.say("changed bodies", sum(told.get(pk, body) != body for pk, body in got))
    world.say("not delivered", waiting.count())
    world.say("again beyond kills", len(got) - len(told), kills)
    most = None if world.is_short else kills * 0.2
    world.say("kills that hit nothing", kills - world.faults, most)
