"""Mail servers that refuse, close and stall, and senders that are killed or stopped."""

from __future__ import annotations

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connections
from django.utils import timezone

from campaigns.models import Message
from campaigns.services.sending import breaker
from campaigns.services.sending import send_due_messages as send
from contacts.models import Consent, Contact, Suppression
from contacts.services.consents import record_consents
from contacts.services.touches import pause_touches
from sales.services.claims import claim_contact
from tests.factories.accounts import RepFactory
from tests.faults.mails import (
    Sink,
    judge_mails,
    plan_mails,
    send_all,
    sender_process,
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


@row("F17", size=1_000, short=20)
def kill_the_mailer(world: World) -> None:
    """A sender is killed 40 times in 1,000 mails, behind and before the last answer."""
    sink = Sink(world, delay={"rcpt": 0.004, "end": 0.004})
    plan_mails(world.size)
    process = sender_process(world, sink)
    kills = 1 if world.is_short else 40
    for number in range(kills):
        due = world.size * number // kills
        wait_for(lambda due=due: len(sink.got) > due, seconds=60)
        time.sleep(world.random.uniform(0, 0.05))
        busy = Message.objects.filter(state__in=(State.SENDING, State.TRANSMITTING))
        process.kill()
        world.faults += busy.exists()
        process.start()
    wait_for(lambda: not Message.objects.due(at=timezone.now()).exists(), seconds=120)
    process.kill()
    with sending_to(sink, world.place):
        send_all()
    judge_mails(world, sink)
    left = Message.objects.exclude(state__in=(State.SENT, State.UNKNOWN))
    world.say("lost", left.count())
    most = None if world.is_short else kills * 0.2
    world.say("kills that hit nothing", kills - world.faults, most)
    world.say("unknown beyond kills", _unknown(), kills)


def _unknown() -> int:
    return Message.objects.filter(state=State.UNKNOWN).count()


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
        send_all(rounds=60)
    judge_mails(world, sink)
    sent = {entry["token"] for entry in sink.got}
    expired = Message.objects.filter(pk__in=late).values_list("token", flat=True)
    world.say("expired, sent", len(sent & set(expired)))
    world.say("over the cap", _most_to_one(sink) - 1)
    contacts = Contact.objects.filter(messages__state=State.SENT).distinct().count()
    alive = Contact.objects.filter(messages__in=[m.pk for m in mails[1::2]][:30_000])
    world.say("who got nothing", alive.distinct().count() - contacts)


def _most_to_one(sink: Sink) -> int:
    """Mails to whoever got most of them."""
    got = [entry["to"] for entry in sink.got]
    return max(map(got.count, set(got)), default=0)


@row("F21", size=600, short=40)
def objections_while_senders_run(world: World) -> None:
    """Contacts unsubscribe, pause and are claimed while four senders mail them all."""
    sink = Sink(world, delay={"rcpt": 0.002})
    mails = plan_mails(world.size)
    rep = RepFactory()
    order = [mail.contact for mail in mails]
    world.random.shuffle(order)
    # Acknowledged while the mail had not passed its point of no return.
    in_time: list[str] = []

    def object_to(contacts: list[Contact]) -> None:
        for number, contact in enumerate(contacts):
            time.sleep(world.random.uniform(0, 0.05))
            now = timezone.now()
            if number % 3 == 0:
                record_consents(
                    contact=contact,
                    decisions={Consent.Purpose.EMAIL_MARKETING: False},
                    source="faults",
                    proof={},
                    at=now,
                )
            elif number % 3 == 1:
                claim_contact(contact=contact, by=rep, at=now)
            else:
                until = now + timedelta(days=1)
                pause_touches(contact=contact, until=until, by=None, at=now)
            mail = Message.objects.get(contact=contact)
            if mail.state not in Message.GONE:
                in_time.append(contact.email)
        connections.close_all()

    def run() -> None:
        while Message.objects.due(at=timezone.now()).exists():
            send()
        connections.close_all()

    with sending_to(sink, world.place), ThreadPoolExecutor(6) as pool:
        senders = [pool.submit(run) for _ in range(4)]
        objectors = [pool.submit(object_to, order[start::2]) for start in range(2)]
        for future in [*objectors, *senders]:
            future.result()
    world.faults = len(in_time)
    judge_mails(world, sink)
    got = {entry["to"] for entry in sink.got}
    world.say("late", len(got & set(in_time)))
    world.say("objected in time", len(in_time), None)


@row("F22", size=20, short=1)
def stopped_past_the_lease(world: World) -> None:
    """A sender is stopped until another one has taken its mail, then it goes on."""
    sink = Sink(world, delay={"rcpt": 0.3})
    mails = plan_mails(world.size)
    Message.objects.update(due_at=timezone.now() + timedelta(hours=1))
    process = sender_process(world, sink)
    for mail in mails:
        row_of = Message.objects.filter(pk=mail.pk)
        row_of.update(due_at=timezone.now())
        wait_for(lambda r=row_of: r.get().state == State.SENDING, seconds=20)
        process.signal(signal.SIGSTOP)
        if row_of.get().state == State.SENDING:
            world.faults += 1
            past = timezone.now() - timedelta(seconds=1)
            row_of.update(lease_until=past)
            with sending_to(sink, world.place):
                send()
        process.signal(signal.SIGCONT)
        wait_for(lambda r=row_of: r.get().state in Message.GONE, seconds=20)
    time.sleep(1)
    process.kill()
    judge_mails(world, sink)
    world.say("lost", Message.objects.exclude(state=State.SENT).count())


@row("F41", size=300, short=30)
def four_senders_and_the_cap(world: World) -> None:
    """Four senders, each contact with three mails due at once and a cap of one a day."""
    sink = Sink(world)
    plan_mails(world.size, per_contact=3)

    def run(_number: int) -> None:
        while Message.objects.due(at=timezone.now()).exists():
            send()
        connections.close_all()

    with sending_to(sink, world.place), ThreadPoolExecutor(4) as pool:
        list(pool.map(run, range(4)))
    world.faults = world.size
    judge_mails(world, sink)
    world.say("over the cap", _most_to_one(sink) - 1)
    world.say("who got nothing", world.size // 3 - len(sink.got))
