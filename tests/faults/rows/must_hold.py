"""What must hold without any fault: quick, once, and exact."""

from __future__ import annotations

import time

from django.db import connection
from django.utils import timezone

from accounts.models import Notification
from scoring.models import Score, StaleMark
from tests.faults.registry import row
from tests.faults.traffic import ONE, Event
from tests.faults.world import World
from tests.installation.processes import wait_for


def demo(world: World, contact_id: int, number: int, kind: str = "chat") -> Event:
    return Event(f"m{world.seed}-{number}", contact_id, kind, timezone.now())


@row("M1", size=200, short=10)
def from_post_to_notification(world: World) -> None:
    """Nothing: one lead after another crosses, on an idle machine."""
    lags = lags_of(world)
    world.say("p50 s", lags[len(lags) // 2], 2)
    world.say("p95 s", lags[int(len(lags) * 0.95)], None if world.is_short else 2)
    world.judge()


def lags_of(world: World) -> list[float]:
    """Seconds from each POST to the rep's notification, ascending."""
    world.add_model(threshold=5)
    contacts = world.add_contacts(world.size + 1)
    world.install()
    client, lags = world.client(), []
    for number, contact in enumerate(contacts):
        began = time.monotonic()
        event = demo(world, contact.pk, number)
        client.deliver(ONE, event.body())
        world.traffic.acknowledged[event.event_id] = event
        told = Notification.objects.filter(contact_id=contact.pk)
        wait_for(told.exists, seconds=10)
        lags.append(time.monotonic() - began)
        # As far apart as people are: a run that is going on takes no part.
        time.sleep(0.02)
    world.settle()
    # The first one meets processes that have never worked.
    return sorted(lags[1:])


@row("M2", size=1_000, short=1_000)
def a_burst_on_one_contact(world: World) -> None:
    """A thousand interactions of one contact at once: a few recomputes, one notice."""
    world.add_model(threshold=500)
    [contact] = world.add_contacts(1)
    installation = world.install()
    count_evaluations()
    try:
        events = [demo(world, contact.pk, number) for number in range(world.size)]
        # A burst is what comes faster than it is scored, e.g. in batches.
        world.traffic.deliver(events, threads=2, batch=world.size // 10)
        world.settle()
        world.say("recomputes", evaluations(), 10)
    finally:
        installation.kill()
        stop_counting()
    world.say("notifications", Notification.objects.count(), 1)
    world.say("score off by", abs(Score.objects.get().total - 5 * world.size))
    world.say("marks left", StaleMark.objects.count())
    world.judge()


# How often the one score was written, as the database saw it.
COUNT = {
    "postgresql": [
        "CREATE TABLE faults_writes (at timestamptz)",
        (
            "CREATE FUNCTION faults_note() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN INSERT INTO faults_writes VALUES (now()); RETURN NEW; END $$"
        ),
        (
            "CREATE TRIGGER faults_note AFTER UPDATE ON scoring_score"
            " FOR EACH ROW EXECUTE FUNCTION faults_note()"
        ),
    ],
    "sqlite": [
        "CREATE TABLE faults_writes (at text)",
        (
            "CREATE TRIGGER faults_note AFTER UPDATE ON scoring_score"
            " BEGIN INSERT INTO faults_writes VALUES (datetime('now')); END"
        ),
    ],
}
UNCOUNT = {
    "postgresql": [
        "DROP TRIGGER IF EXISTS faults_note ON scoring_score",
        "DROP FUNCTION IF EXISTS faults_note",
        "DROP TABLE IF EXISTS faults_writes",
    ],
    "sqlite": [
        "DROP TRIGGER IF EXISTS faults_note",
        "DROP TABLE IF EXISTS faults_writes",
    ],
}


def count_evaluations() -> None:
    stop_counting()
    _execute(COUNT)


def evaluations() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM faults_writes")
        return cursor.fetchone()[0]


def stop_counting() -> None:
    _execute(UNCOUNT)


def _execute(statements: dict[str, list[str]]) -> None:
    with connection.cursor() as cursor:
        for statement in statements[connection.vendor]:
            cursor.execute(statement)
