"""Whether scoring keeps up: half of full speed, then full speed, then quiet."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, sleep

from django.conf import settings

from scoring.models import StaleMark
from tests.benchmarks._load import THREADS, numbers
from tests.benchmarks._report import only, within
from tests.faults.traffic import ONE
from tests.faults.world import World
from tests.installation.client import Client

ON = ("postgresql", "sqlite")
SECONDS = 10


def run() -> bool:
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        with World(place, size=0, seed=1, redis_url=settings.REDIS_URL) as world:
            world.add_model(threshold=1_000_000)
            contacts = [contact.pk for contact in world.add_contacts(500)]
            world.install()
            full, waiting = _load(world, contacts, pause=0)
            drained = world.settle()
            only("ingest at full speed with scoring", f"{full:,.0f} requests/s")
            only("marks that wait after full speed", f"{waiting[-1]:,}")
            half, backlog = _load(world, contacts, pause=2 * THREADS / full)
            only("ingest at half speed with scoring", f"{half:,.0f} requests/s")
    middle, end = backlog[len(backlog) // 2], backlog[-1]
    # A second's worth is what one run of the scorer has in hand.
    return all(
        [
            within("drained after full speed", drained, most=10, unit="s"),
            within(
                "backlog that grows at half speed",
                max(end - middle - half, 0),
                most=0,
                unit="marks",
            ),
        ]
    )


def _load(
    world: World, contacts: list[int], *, pause: float
) -> tuple[float, list[int]]:
    """Requests per second, and how many marks waited, a second each."""
    until, counts = perf_counter() + SECONDS, [0] * THREADS

    def ask(place: int, client: Client) -> None:
        due = perf_counter()
        for request in _requests(client, contacts):
            if perf_counter() > until:
                return
            answer = client.send(request)
            assert answer.status == 201, answer
            counts[place] += 1
            due += pause
            sleep(max(due - perf_counter(), 0) if pause else 0)

    threads = [
        threading.Thread(target=ask, args=[n, world.client()]) for n in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    waiting = []
    for _second in range(SECONDS):
        sleep(1)
        waiting.append(StaleMark.objects.count())
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS, waiting


def _requests(client: Client, contacts: list[int]) -> Iterator[bytes]:
    while True:
        number = next(numbers)
        contact = {"id": contacts[number % len(contacts)]}
        body = {"contact": contact, "kind": "page_view", "event_id": f"s-{number}"}
        yield client.bytes_of("POST", ONE, body)
