"""Mail servers that refuse, close, stall and are away."""

from __future__ import annotations

import time
from datetime import timedelta

from django.utils import timezone

from campaigns.models import Message
from campaigns.services.sending import breaker
from campaigns.services.sending import send_due_messages as send
from contacts.models import Contact, Suppression
from tests.faults.mails import (
    Sink,
    judge_mails,
    most_to_one,
    plan_mails,
    send_all,
    sending_to,
)
from tests.faults.registry import row
from tests.faults.world import World
from tests.installation.processes import wait_for

State = Message.State
STEPS = ("greet", "ehlo", "mail", "rcpt", "data", "content", "end")
CERTAIN = STEPS[:5]


@row("F14", size=100)
def a_slow_mail_server(world: World) -> None:
    """The mail server takes 30 s for each command; all else goes on meanwhile."""
    world.add_model()
    contacts = world.add_contacts(5)
    sink = Sink(world, delay=dict.fromkeys(("greet", "ehlo", "mail", "rcpt"), 30))
    plan_mails(5)
    world.install(EMAIL_URL=f"smtp://127.0.0.1:{sink.port}")
    time.sleep(5)
    world.traffic.deliver(world.events(contacts, world.size), threads=2)
    world.say("scored after s", world.settle(), 10)
    world.faults += 1
    world.say("twice", sink.twice)
    world.judge()


@row("F15", size=1_000, short=40)
def refusals(world: World) -> None:
    """Of the mails 5 % are refused for now, 2 % for good, 5 % after their content."""
    codes = {
        "rcpt": [[0.05, "451 4.3.0 later"], [0.02, "550 5.1.1 nobody here"]],
        "end": [[0.05, "452 4.2.2 mailbox full"]],
    }
    sink = Sink(world, codes=codes)
    plan_mails(world.size)
    with sending_to(sink, world.place):
        send_all()
    judge_mails(world, sink)
    failed = Message.objects.filter(state=State.FAILED)
    suppressed = Suppression.objects.filter(reason=Suppression.Reason.BOUNCED)
    world.say("wrongly failed", failed.exclude(reason="550").count())
    world.say("refused, not suppressed", abs(failed.count() - suppressed.count()))
    events = Message.objects.filter(events__name=State.DEFERRED).distinct()
    world.faults = events.count() + failed.count()
    waiting = Message.objects.waiting().exclude(reason__startswith="suppressed")
    world.say("lost", waiting.count())


@row("F16", size=140, short=14)
def connections_closed_at_each_step(world: World) -> None:
    """The mail server closes at each step of its protocol, half of the time too late."""
    sink = Sink(world)
    mails = plan_mails(world.size)
    with sending_to(sink, world.place):
        for number in range(world.size // len(STEPS)):
            for step in STEPS:
                sink.behave(close=step, takes=number % 2 == 1)
                breaker.worked()
                past = timezone.now() - timedelta(hours=1)
                next_one = mails[world.faults]
                Message.objects.exclude(pk=next_one.pk).filter(
                    state=State.QUEUED
                ).update(due_at=timezone.now() + timedelta(hours=1))
                Message.objects.filter(pk=next_one.pk).update(due_at=past)
                send()
                world.faults += 1
        certain = sum(
            mails[number].pk in _waiting()
            for number in range(world.faults)
            if STEPS[number % len(STEPS)] in CERTAIN
        )
        expected = world.faults * len(CERTAIN) // len(STEPS)
        world.say("certain, not tried again", expected - certain)
        sink.behave()
        send_all()
    judge_mails(world, sink)
    states = Message.objects.exclude(state__in=(State.SENT, State.UNKNOWN))
    world.say("lost", states.count())
    by_hand = world.faults * 2 // len(STEPS)
    unknown = Message.objects.filter(state=State.UNKNOWN).count()
    world.say("unknown beyond those after their content", unknown - by_hand)


def _waiting() -> set[int]:
    return set(Message.objects.waiting().values_list("pk", flat=True))


@row("F20", size=10_000, short=60)
def an_outage_of_a_day(world: World) -> None:
    """The mail server was away for a day; half of what is due has expired by then."""
    sink = Sink(world)
    mails = plan_mails(world.size, per_contact=5, since=timedelta(hours=24))
    late = [mail.pk for mail in mails[::2]]
    over = timezone.now() - timedelta(minutes=1)
    for start in range(0, len(late), 500):
        part = Message.objects.filter(pk__in=late[start : start + 500])
        part.update(expires_at=over)
    sink.process.kill()
    world.faults += 1
    with sending_to(sink, world.place):
        send()
        world.say("sent without a server", Message.objects.may_have_arrived().count())
        sink.process.start()
        wait_for(sink.is_up, seconds=20)
        send_all(patience=60)
    judge_mails(world, sink)
    sent = {entry["token"] for entry in sink.got}
    expired = Message.objects.filter(pk__in=late).values_list("token", flat=True)
    world.say("expired, sent", len(sent & set(expired)))
    world.say("over the cap", most_to_one(sink) - 1)
    contacts = Contact.objects.filter(messages__state=State.SENT).distinct().count()
    alive = Contact.objects.filter(messages__in=[m.pk for m in mails[1::2]][:30_000])
    world.say("who got nothing", alive.distinct().count() - contacts)
