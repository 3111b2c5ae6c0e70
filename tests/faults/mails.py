"""Mails for the rows: many due ones, a mail server to break, senders to kill."""

from __future__ import annotations

import json
import os
import socket
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import override_settings
from django.utils import timezone

from campaigns.models import Message
from campaigns.services.sending import breaker
from campaigns.services.sending import send_due_messages as send
from contacts.models import Consent, Contact
from contacts.models.touch import TouchGuard
from tests.factories.campaigns import MessageFactory, SenderFactory
from tests.factories.contacts import ContactFactory
from tests.faults.loops import looping_process
from tests.faults.world import World
from tests.installation.processes import Process, wait_for
from tests.services import free_port

State = Message.State


class Sink:
    """The mail server of a row, as a process. ``got`` is what it has taken."""

    def __init__(self, world: World, **behavior: Any) -> None:
        world.place.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.log = world.place / f"sink{self.port}.jsonl"
        self.log.touch()
        self.behavior = world.place / f"sink{self.port}.json"
        self.behave(**behavior)
        command = [sys.executable, "-m", "tests.faults.sink", str(self.port)]
        self.process = Process(
            [*command, str(self.log), str(self.behavior)],
            env={"PATH": os.environ["PATH"]},
            log=world.place / "sink.log",
        )
        world._stack.callback(self.process.kill)
        wait_for(self.is_up, seconds=20)

    def is_up(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def behave(self, **behavior: Any) -> None:
        draft = self.behavior.with_suffix(".new")
        draft.write_text(json.dumps(behavior))
        draft.replace(self.behavior)  # it is read while it is written

    @property
    def got(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    @property
    def twice(self) -> int:
        """Mails beyond the first, by what each mail is."""
        counts = Counter(entry["token"] for entry in self.got)
        return sum(count - 1 for count in counts.values())


def sending_to(sink: Sink, place: Path) -> ExitStack:
    """This process sends to the sink, and keeps its journal in ``place``."""
    stack = ExitStack()
    stack.enter_context(
        override_settings(
            EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
            EMAIL_HOST="127.0.0.1",
            EMAIL_PORT=sink.port,
            DATA_DIR=place,
        )
    )
    breaker.worked()
    return stack


def sender_process(world: World, sink: Sink, name: str = "sender") -> Process:
    """A process that does nothing but send."""
    verb = "campaigns.services.sending.send_due_messages"
    server = f"smtp://127.0.0.1:{sink.port}"
    return looping_process(world, verb, name=name, EMAIL_URL=server)


def plan_mails(
    count: int, *, per_contact: int = 1, since: timedelta = timedelta(0)
) -> list[Message]:
    """Marketing mails that are due, to contacts who agreed to it."""
    SenderFactory(per_domain=10_000)
    now = timezone.now()
    contacts = [
        ContactFactory.build(email=f"faults{number}@example.com", company=None)
        for number in range(max(count // per_contact, 1))
    ]
    contacts = Contact.objects.bulk_create(contacts)
    TouchGuard.objects.bulk_create(TouchGuard(contact=contact) for contact in contacts)
    Consent.objects.bulk_create(
        Consent(
            contact=contact,
            purpose=Consent.Purpose.EMAIL_MARKETING,
            granted=True,
            at=now - timedelta(days=30),
            source="faults",
        )
        for contact in contacts
    )
    mails = [
        MessageFactory.build(
            key=f"bulk:{number}:{contact.pk}",
            contact=contact,
            purpose=Message.Purpose.MARKETING,
            kind=Message.Kind.CAMPAIGN,
            domain="example.com",
            planned_at=now - since,
            due_at=now - since,
        )
        for number in range(per_contact)
        for contact in contacts
    ]
    return Message.objects.bulk_create(mails)


@contextmanager
def short_patience() -> Iterator[None]:
    """Within, whoever finds something locked learns of it at once."""
    is_sqlite = connection.vendor == "sqlite"
    name = "PRAGMA busy_timeout = {}" if is_sqlite else "SET lock_timeout = {}"
    with connection.cursor() as cursor:
        cursor.execute(name.format(100))
        try:
            yield
        finally:
            cursor.execute(name.format(20_000 if is_sqlite else 2_000))


def send_all(*, patience: int = 20) -> None:
    """Send until nothing is due, as if all pauses and leases were over.

    Gives up when so many rounds in a row have sent nothing: on a busy machine one may
    end early, with most of its mails still due.
    """
    idle = 0
    while idle < patience:
        over = timezone.now() - timedelta(hours=1)
        Message.objects.filter(lease_until__isnull=False).update(lease_until=over)
        Message.objects.filter(state=State.DEFERRED).update(due_at=over)
        released = Message.objects.filter(state=State.QUEUED, reason="")
        released.update(due_at=over)
        breaker.worked()
        idle = 0 if send() else idle + 1
        deferred = Message.objects.filter(state=State.DEFERRED)
        due = Message.objects.due(at=timezone.now())
        if not (due | deferred).exists():
            return


def judge_mails(world: World, sink: Sink) -> None:
    """What every row of mails owes: what was sent twice, lost, or not listed."""
    tokens = {entry["token"] for entry in sink.got}
    of_state = Counter(Message.objects.values_list("state", flat=True))
    sent = Message.objects.filter(state=State.SENT)
    world.say("twice", sink.twice)
    world.say("sent, not delivered", sent.exclude(token__in=tokens).count())
    # Delivered without our knowing of it: then it must be on the list.
    gone = Message.objects.filter(token__in=tokens)
    listed = gone.filter(state__in=(State.SENT, State.UNKNOWN)).count()
    world.say("delivered, not listed", gone.count() - listed)
    world.say("left in between", of_state[State.SENDING] + of_state["transmitting"])
    for state in (State.UNKNOWN, State.QUEUED, State.FAILED, State.CANCELLED):
        world.say(str(state), of_state[state], None)
    reasons = Message.objects.waiting().values_list("state", "reason", "detail")
    for why, count in Counter(reasons).most_common(3):  # if any is lost, where it is
        world.say(" ".join(filter(None, why))[:80], count, None)
    world.say("delivered", len(sink.got), None)


def most_to_one(sink: Sink) -> int:
    """Mails to whoever got most of them."""
    return max(Counter(entry["to"] for entry in sink.got).values(), default=0)
