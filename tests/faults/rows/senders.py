"""Senders that are killed, stopped, many at once, and raced by objections."""

from __future__ import annotations

import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import OperationalError, connections
from django.test import Client
from django.utils import timezone

from campaigns.models import Message
from campaigns.services.claiming import AT_ONCE
from campaigns.services.preferences import unsubscribe_url
from campaigns.services.sending import send_due_messages as send
from campaigns.services.steps import LEASE
from contacts.models import Contact, Suppression
from contacts.services.consents import suppress_address
from contacts.services.touches import pause_touches
from sales.services.claims import claim_contact
from sales.services.handoffs import hand_off
from tests.factories.accounts import RepFactory
from tests.factories.sales import CrossingFactory
from tests.factories.scoring import ScoringModelFactory
from tests.faults.mails import (
    Sink,
    judge_mails,
    most_to_one,
    plan_mails,
    send_all,
    sender_process,
    sending_to,
    short_patience,
)
from tests.faults.registry import row
from tests.faults.world import World
from tests.installation.processes import wait_for

State = Message.State


@row("F17", size=1_000, short=20)
def kill_the_mailer(world: World) -> None:
    """A sender is killed 40 times in 1,000 mails, behind and before the last answer.

    Each time it leaves behind up to ten that it had taken; they wait for their lease to
    end, and then leave by themselves.
    """
    sink = Sink(world, delay={"rcpt": 0.004, "end": 0.004})
    plan_mails(world.size)
    process = sender_process(world, sink)
    kills, most_held = 1 if world.is_short else 40, 0
    for number in range(kills):
        due = world.size * number // kills
        wait_for(lambda due=due: len(sink.got) > due, seconds=60)
        time.sleep(world.random.uniform(0, 0.05))
        busy = Message.objects.filter(state__in=(State.SENDING, State.TRANSMITTING))
        process.kill()
        held = Counter(busy.values_list("owner", flat=True))
        world.faults += bool(held)
        most_held = max(most_held, *held.values(), 0)
        process.start()
    world.say("held by one that was killed", most_held, AT_ONCE)
    taken = Message.objects.filter(state=State.SENDING)
    longest = timezone.now() + LEASE + timedelta(seconds=5)
    world.say("held for too long", taken.filter(lease_until__gt=longest).count())
    if not world.is_short:  # leases end; nobody helps them
        stoppable = Message.objects.stoppable()
        wait_for(lambda: not stoppable.exists(), seconds=300)
        world.say("not given back by the clock", stoppable.count())
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


@row("F21", size=600, short=40)
def objections_while_senders_run(world: World) -> None:
    """Contacts unsubscribe, pause, are claimed and handed off while four senders run.

    Those who unsubscribe do so by the link of the mail, over the public door.
    """
    sink = Sink(world, delay={"rcpt": 0.002})
    mails = plan_mails(world.size)
    rep, model = RepFactory(), ScoringModelFactory(is_active=False)
    order = [mail.contact for mail in mails]
    world.random.shuffle(order)
    # Acknowledged while the mail had not passed its point of no return.
    in_time: list[str] = []

    def object_to(contacts: list[Contact]) -> None:
        for number, contact in enumerate(contacts):
            time.sleep(world.random.uniform(0, 0.05))
            now = timezone.now()
            if number % 5 == 0:
                _unsubscribe(Message.objects.get(contact=contact))
            elif number % 5 == 1:
                claim_contact(contact=contact, by=rep, at=now)
            elif number % 5 == 2:
                crossing = CrossingFactory(contact=contact, model=model)
                hand_off(crossing=crossing, at=now)
            elif number % 5 == 3:
                suppress_address(
                    address=contact.email,
                    reason=Suppression.Reason.COMPLAINT,
                    source="faults",
                    at=now,
                    contact=contact,
                )
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


def _unsubscribe(mail: Message) -> None:
    """As a mail program does (RFC 8058); it is answered when it is done."""
    path = unsubscribe_url(mail).removeprefix(settings.SITE_URL)
    host = urlsplit(settings.SITE_URL).hostname
    answer = Client(SERVER_NAME=host).post(path, {"List-Unsubscribe": "One-Click"})
    if answer.status_code != 200:
        raise AssertionError(f"{path} answered {answer.status_code}")


@row("F22", size=20, short=1)
def stopped_past_the_lease(world: World) -> None:
    """A sender is stopped until another one has taken its mail, then it goes on.

    Stopped in mid-transaction it holds what it has locked, on SQLite the whole database:
    nobody can take anything from it then, and nobody is to. That is counted apart; it
    goes on for a moment, and is stopped anew.
    """
    sink = Sink(world, delay={"rcpt": 0.3})
    mails = plan_mails(world.size)
    Message.objects.update(due_at=timezone.now() + timedelta(hours=1))
    process, held = sender_process(world, sink), 0
    for mail in mails:
        row_of = Message.objects.filter(pk=mail.pk)
        row_of.update(due_at=timezone.now())
        wait_for(lambda r=row_of: r.get().state == State.SENDING, seconds=20)
        process.signal(signal.SIGSTOP)
        while (taken := _end_lease(mail)) is None:
            held += 1
            process.signal(signal.SIGCONT)
            time.sleep(0.01)
            process.signal(signal.SIGSTOP)
        if taken:
            world.faults += 1
            with sending_to(sink, world.place):
                send()
        process.signal(signal.SIGCONT)
        wait_for(lambda r=row_of: r.get().state in Message.GONE, seconds=20)
    time.sleep(1)
    process.kill()
    judge_mails(world, sink)
    world.say("lost", Message.objects.exclude(state=State.SENT).count())
    most = None if world.is_short else world.size * 0.2
    world.say("stops that hit nothing", world.size - world.faults, most)
    world.say("stopped with a lock", held, None)


def _end_lease(mail: Message) -> bool | None:
    """End the lease of a mail that is being sent; None if it is locked by its sender.

    False if it is not being sent any more.
    """
    past = timezone.now() - timedelta(seconds=1)
    try:
        with short_patience():
            rows = Message.objects.filter(pk=mail.pk, state=State.SENDING)
            return bool(rows.update(lease_until=past))
    except OperationalError:
        return None


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
    world.say("over the cap", most_to_one(sink) - 1)
    world.say("who got nothing", world.size // 3 - len(sink.got))
