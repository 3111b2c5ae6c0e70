"""SQLite: many writers in one process, and commands beside it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connections
from django.utils import timezone

from journeys.services.tracking import Report, track_interactions
from scoring.tasks import recompute_stale_scores
from tests.faults.registry import row
from tests.faults.world import World


@row("F37", size=1_000, short=40, on="sqlite")
def commands_beside_the_server(world: World) -> None:
    """Four writers, three commands that rescore everything, which are killed."""
    world.add_model()
    contacts = world.add_contacts(max(world.size // 20, 10))
    installation = world.install()
    many = 1 if world.is_short else 3
    commands = [installation.manage("rescore", "--all") for _ in range(many)]
    with world.traffic.of(world.events(contacts, world.size), threads=4) as traffic:
        while traffic.is_running:
            time.sleep(1)
            for command in commands:
                command.kill()
                command.start()
                world.faults += 1
    world.say("p99 s", world.traffic.percentile(0.99), None)
    world.say("slowest s", max(world.traffic.seconds), 20)
    world.say("refused", world.traffic.failures)
    world.say("settled after s", world.settle(), None)
    world.judge()


@row("F38", size=1_600, short=320, on="sqlite")
def many_writers_in_line(world: World) -> None:
    """32 threads write while a worker scores; each waits for its turn."""
    world.add_model(threshold=1_000_000)
    contacts = world.add_contacts(32)
    is_over, waits = False, []

    def write(contact) -> None:
        for number in range(world.size // 32):
            now = timezone.now()
            report = Report(
                contact=contact,
                kind="chat",
                source="faults",
                event_id=f"{contact.pk}-{number}",
                occurred_at=now,
            )
            began = time.monotonic()
            track_interactions(reports=[report], at=now)
            waits.append(time.monotonic() - began)
        connections.close_all()

    def score() -> None:
        while not is_over:
            recompute_stale_scores()
        connections.close_all()

    with ThreadPoolExecutor(33) as pool:
        scorer = pool.submit(score)
        try:
            list(pool.map(write, contacts))
        finally:
            is_over = True
        scorer.result()
    waits.sort()
    middle = waits[len(waits) // 2]
    world.say("p50 s", middle, None)
    world.say("slowest s", waits[-1], None)
    # In a fair line nobody waits much longer than the others, whatever the machine.
    world.say("slowest / p50", waits[-1] / middle, 10 if world.is_short else 4)
    world.say("not written", world.size // 32 * 32 - len(waits))
