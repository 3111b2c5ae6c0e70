"""PostgreSQL: restarted, away, slow, and with connections that are gone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, connections

from tests.faults.registry import row
from tests.faults.traffic import ONE
from tests.faults.world import World
from tests.installation.processes import wait_for

FROZEN = """
import os, signal
import django
django.setup()
from django.db import connection
from scoring.tasks import recompute_stale_scores

was_frozen = False
def freeze(execute, sql, params, many, context):
    global was_frozen
    if 'DELETE FROM "scoring_stalemark"' in sql and not was_frozen:
        was_frozen = True
        os.kill(os.getpid(), signal.SIGSTOP)
    return execute(sql, params, many, context)

with connection.execute_wrapper(freeze):
    recompute_stale_scores()
"""


@row("F5", size=4_000, on="postgresql")
def restart_postgresql(world: World) -> None:
    """PostgreSQL is restarted at once ten times while clients post."""
    world.add_model()
    contacts = world.add_contacts(100)
    world.install()
    connections.close_all()
    recovery = []
    with world.traffic.of(world.events(contacts, world.size), threads=4) as traffic:
        for number in range(10):
            due = world.size * number // 10
            wait_for(
                lambda due=due: traffic.sent >= due or not traffic.is_running,
                seconds=60,
            )
            recovery.append(world.postgres.crash())
            world.faults += 1
    world.say("down s, at most", max(recovery), None)
    world.say("settled after s", world.settle(), None)
    world.say("tried again", world.traffic.failures, None)
    world.judge()


@row("F6", size=60, on="postgresql")
def postgresql_is_away(world: World) -> None:
    """PostgreSQL is down for a minute (n s) while clients post."""
    world.add_model()
    contacts = world.add_contacts(50)
    world.install()
    connections.close_all()
    with world.traffic.of(world.events(contacts, 1_000), threads=2) as traffic:
        wait_for(lambda: traffic.sent > 100, seconds=60)
        world.postgres.end()
        world.faults += 1
        # A minute longer than a client's own patience would be a lost event.
        time.sleep(min(world.size, 50))
        world.postgres.start()
    world.say("settled after s", world.settle(), None)
    world.say("tried again", world.traffic.failures, None)
    world.judge()


@row("F7", size=300, short=60, on="postgresql")
def connections_are_gone_and_tables_locked(world: World) -> None:
    """All connections are cut again and again, then a table is locked for 3 s."""
    world.add_model()
    contacts = world.add_contacts(20)
    world.install()
    with world.traffic.of(world.events(contacts, world.size), threads=4) as traffic:
        while traffic.is_running and world.faults < world.size // 20:
            cut_connections()
            world.faults += 1
            time.sleep(0.1)
    slow = max(world.traffic.seconds)
    if not world.is_short:
        with table_locked("journeys_interaction", seconds=3):
            world.faults += 1
            client, began = world.client(), time.monotonic()
            [event] = world.events(contacts, 1)
            answer = client.post(ONE, event.body())
            slow = max(slow, time.monotonic() - began)
            world.say("answer is neither 201 nor 503", answer.status not in (201, 503))
            client.deliver(ONE, event.body())
            world.traffic.acknowledged[event.event_id] = event
    world.say("slowest request s", slow, 10)
    world.say("settled after s", world.settle(), None)
    world.judge()


@row("F8", size=50, short=5, on="postgresql")
def a_scorer_is_frozen_in_its_transaction(world: World) -> None:
    """A scorer is stopped in mid-transaction; the same contacts go on being tracked."""
    world.add_model()
    contacts = world.add_contacts(world.size)
    world.install("web")
    world.traffic.deliver(world.events(contacts, 2 * world.size), threads=1)
    with frozen_scorer(world) as scorer:
        world.traffic.seconds.clear()
        world.traffic.deliver(world.events(contacts, world.size), threads=1)
        waited = max(world.traffic.seconds)
        world.say("ingest waits s", waited, None if world.is_short else 0.1)
        scorer.send_signal(signal.SIGCONT)
        scorer.wait(30)
    world.installation.add("scheduler")
    world.settle()
    world.judge()


@row("F22", size=20, on="postgresql")
def a_scorer_is_frozen_past_its_lease(world: World) -> None:
    """A scorer is stopped for 20 s in mid-transaction, others take over, it goes on."""
    world.add_model()
    contacts = world.add_contacts(world.size)
    world.install("web scheduler")
    world.installation.of("scheduler")[0].kill()
    world.traffic.deliver(world.events(contacts, 10 * world.size), threads=1)
    with frozen_scorer(world) as scorer:
        world.installation.add("scheduler")
        world.installation.add("worker")
        # PostgreSQL gives up who idles in a transaction for 15 s.
        world.say("taken over after s", world.settle(30), 25)
        scorer.send_signal(signal.SIGCONT)
        scorer.wait(30)
    world.settle()
    world.judge()


@contextmanager
def frozen_scorer(world: World) -> Iterator[subprocess.Popen]:
    """A process that stops itself just before it deletes the marks it has counted."""
    environment = {
        **os.environ,
        **world.installation.env,
        "DJANGO_SETTINGS_MODULE": "leadhub.settings",
    }
    scorer = subprocess.Popen(
        [sys.executable, "-c", FROZEN],
        env=environment,
        cwd=settings.BASE_DIR,
        stderr=subprocess.DEVNULL,
    )
    try:
        is_frozen = wait_for(lambda: state_of(scorer.pid) == "T", seconds=30)
        assert is_frozen, "The scorer has not come to its marks."
        world.faults += 1
        yield scorer
    finally:
        scorer.kill()
        scorer.wait()


def state_of(pid: int) -> str:
    with open(f"/proc/{pid}/stat") as file:
        return file.read().rpartition(")")[2].split()[0]


def cut_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )


@contextmanager
def table_locked(name: str, *, seconds: float) -> Iterator[None]:
    is_locked = threading.Event()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(f'LOCK TABLE "{name}" IN ACCESS EXCLUSIVE MODE')
            is_locked.set()
            time.sleep(seconds)
            cursor.execute("COMMIT")
        connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    is_locked.wait(10)
    yield
    holder.join()
