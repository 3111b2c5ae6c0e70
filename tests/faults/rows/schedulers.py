"""Several schedulers at once, and schedulers that are killed."""

from __future__ import annotations

from email import message_from_bytes

from django.utils import timezone

from accounts.models import Notification
from scoring.models import Crossing
from tests.faults.registry import row
from tests.faults.traffic import Event
from tests.faults.world import World
from tests.installation.processes import wait_for


@row("F3", size=1_000, short=30, on="postgresql")
def kill_schedulers(world: World) -> None:
    """Two schedulers and no worker; both are killed again and again."""
    world.add_model()
    contacts = world.add_contacts(max(world.size // 20, 10))
    installation = world.install("web scheduler")
    installation.add("scheduler")
    times = 2 if world.is_short else 40
    with world.traffic.of(world.events(contacts, world.size), threads=2) as traffic:
        for number in range(times):
            due = world.size * number // times
            wait_for(
                lambda due=due: traffic.sent >= due or not traffic.is_running,
                seconds=60,
            )
            scheduler = installation.of("scheduler")[number % 2]
            scheduler.kill()
            scheduler.start()
            world.faults += 1
    # What came due meanwhile is made up at once by the next one that starts.
    world.say("made up after s", world.settle(), 10)
    world.judge()


@row("F19", size=60, on="postgresql")
def many_schedulers_and_workers(world: World) -> None:
    """Four schedulers and three workers score and mail the same leads."""
    world.add_model(threshold=5)
    contacts = world.add_contacts(world.size)
    installation = world.install()
    for role in ["scheduler"] * 3 + ["worker"] * 2:
        installation.add(role)
        world.faults += 1
    now = timezone.now()
    events = [
        Event(f"lead-{contact.pk}", contact.pk, "chat", now) for contact in contacts
    ]
    world.traffic.deliver(events, threads=4)
    world.settle()
    waiting = Notification.objects.filter(mail_due_at__isnull=False)
    wait_for(lambda: not waiting.exists(), seconds=30)
    world.say("leads not handed off", world.size - Crossing.objects.count())
    # One file a mail: none names a lead that another one has named.
    named = [
        f"contact:{contact.last_name}"
        for path in (installation.place / "outbox").iterdir()
        for contact in contacts
        if f"Contact {contact.last_name}\n" in _text(path.read_bytes())
    ]
    world.say("mails", len(list((installation.place / "outbox").iterdir())), None)
    world.say("leads mailed twice", len(named) - len(set(named)))
    world.judge()


def _text(mail: bytes) -> str:
    parts = message_from_bytes(mail).walk()
    plain = [part for part in parts if part.get_content_type() == "text/plain"]
    return "".join(part.get_payload(decode=True).decode() for part in plain)
