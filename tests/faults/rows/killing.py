"""Processes that are killed with SIGKILL while work is in flight."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from django.db import connections
from django.utils import timezone

from accounts.models import Notification
from journeys.services.tracking import Report, track_interactions
from sales.models import Handoff
from scoring.models import Score, StaleMark
from scoring.tasks import recompute_stale_scores
from tests.faults.registry import row
from tests.faults.world import World
from tests.installation.processes import Process, wait_for


def kill_during(world: World, processes: list[Process], *, times: int) -> None:
    """Kill them in turn while traffic flows: mostly a child, each third time all of it."""
    traffic, begun = world.traffic, world.traffic.sent
    for number in range(times):
        due = begun + world.size * number // times
        wait_for(
            lambda due=due: traffic.sent >= due or not traffic.is_running, seconds=60
        )
        process = processes[number % len(processes)]
        wait_for(StaleMark.objects.exists, seconds=1)
        # A whole one takes as long to come back as a hundred requests.
        whole = number % 3 == 2 and not world.is_short
        if whole or not process.kill_child():
            process.kill()
            process.start()
        world.faults += 1


@row("F1", size=10_000, short=100)
def kill_workers(world: World) -> None:
    """Three workers are killed while events come, a third of them twice."""
    world.add_model()
    contacts = world.add_contacts(max(world.size // 50, 5))
    installation = world.install()
    victims = installation.of("embedded") or [
        *installation.of("worker"),
        *(installation.add("worker") for _ in range(0 if world.is_short else 2)),
    ]
    events = world.events(contacts, world.size)
    again = world.random.sample(events, len(events) * 3 // 10)
    sent = [*events, *again]
    world.random.shuffle(sent)
    # The embedded one is the web too: away while it starts, and with it the clients.
    times = max(world.size * (60 if len(victims) > 1 else 20) // 10_000, 2)
    with world.traffic.of(sent, threads=4):
        kill_during(world, victims, times=times)
    world.say("settled after s", world.settle(), None)
    world.judge()


@row("F2", size=3_000, short=60)
def kill_web(world: World) -> None:
    """The web is killed while clients post, who try again until they are answered."""
    world.add_model()
    contacts = world.add_contacts(max(world.size // 50, 5))
    installation = world.install()
    with world.traffic.of(world.events(contacts, world.size), threads=4):
        kill_during(world, [installation.web], times=max(world.size // 150, 2))
    world.say("settled after s", world.settle(), None)
    world.say("tried again", world.traffic.failures, None)
    world.judge()


@row("F9", size=1_600, short=320)
def many_writers_on_one_contact(world: World) -> None:
    """32 threads bring each event twice, in any order, while two score."""
    world.add_model(threshold=5 * world.size / 16)
    [contact] = world.add_contacts(1)
    now = timezone.now()
    numbers = [*range(world.size), *range(world.size)]
    world.random.shuffle(numbers)
    is_over = False

    def deliver(mine: list[int]) -> None:
        for number in mine:
            at = now - timezone.timedelta(seconds=number)
            report = Report(
                contact=contact,
                kind="chat",
                source="faults",
                event_id=f"w{number}",
                occurred_at=at,
            )
            track_interactions(reports=[report], at=timezone.now())
        connections.close_all()

    def score() -> None:
        while not is_over:
            recompute_stale_scores()
            time.sleep(0.001)
        connections.close_all()

    with ThreadPoolExecutor(34) as pool:
        scorers = [pool.submit(score) for _ in range(2)]
        try:
            list(pool.map(deliver, [numbers[start::32] for start in range(32)]))
        finally:
            is_over = True
        for scorer in scorers:
            scorer.result()
    recompute_stale_scores()
    world.say("score off by", abs(Score.objects.get().total - 5 * world.size))
    judge_handoffs(world)


def judge_handoffs(world: World) -> None:
    world.say("handoffs beyond one", abs(Handoff.objects.count() - 1))
    world.say("notifications beyond one", abs(Notification.objects.count() - 1))
    world.say("marks left", StaleMark.objects.count())
