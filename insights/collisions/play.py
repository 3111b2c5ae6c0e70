"""One order of acts, played by threads that run into each other."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Barrier
from time import sleep

from django.db import OperationalError, connections

from insights.collisions.acts import Act
from insights.collisions.ledger import Promise
from insights.collisions.players import PLAYERS
from insights.collisions.turns import Instead, NothingToDo, Scene, Turn
from leadhub.errors import DomainError

LONGEST_PAUSE = 0.004
# PostgreSQL's word for a lock that is not had within lock_timeout: nothing was done, and
# whoever waited hears of it. A machine that is too busy does that.
WAITED_TOO_LONG = "55P03"
# An order that takes longer is stuck.
PATIENCE_SECONDS = 120
Threads = dict[str, ThreadPoolExecutor]


@dataclass(slots=True)
class Played:
    """What was done in an order, and what has been promised in it for good."""

    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    idle: int = 0
    broken: list[str] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)

    def add(self, other: Played) -> None:
        self.done += other.done
        self.refused += other.refused
        self.idle += other.idle
        self.broken += other.broken
        self.promises += other.promises


def play_order(scene: Scene, threads: Threads, *, seed: int, acts: int) -> Played:
    """Let each player do ``acts`` things, all at the same time."""
    random, start = Random(f"{seed}-{scene.number}"), Barrier(len(threads))
    running = []
    for place, (name, thread) in enumerate(threads.items()):
        draw = Random(random.random())
        numbers = range(place * acts, (place + 1) * acts)
        running.append(thread.submit(_act, scene, name, draw, numbers, start))
    played = Played()
    for each in running:
        played.add(each.result(timeout=PATIENCE_SECONDS))
    played.promises = scene.ledger.standing()
    played.broken += scene.ledger.broken
    played.broken = [f"Order {scene.number}: {each}" for each in played.broken]
    return played


def _act(
    scene: Scene, name: str, draw: Random, numbers: range, start: Barrier
) -> Played:
    """What one player does in an order, one thing after the other."""
    played = Played()
    choices, weights = zip(*PLAYERS[name].items(), strict=True)
    start.wait(PATIENCE_SECONDS)
    for number in numbers:
        act = draw.choices(choices, weights)[0]
        turn = Turn(
            scene=scene,
            contact=draw.choice(scene.contacts),
            draw=draw,
            number=number,
            rep=scene.stage.reps.get(name),
        )
        sleep(draw.random() * LONGEST_PAUSE)
        try:
            act(turn)
        except NothingToDo:
            played.idle += 1
        except Instead as other:
            played.done[str(other)] += 1
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", "") == WAITED_TOO_LONG:
                played.refused[f"{act.__name__}: waited too long"] += 1
            else:
                played.broken.append(_told(name, act))
        except DomainError as refusal:
            played.refused[f"{act.__name__}: {refusal.code}"] += 1
        except Exception:
            played.broken.append(_told(name, act))
        else:
            played.done[act.__name__] += 1
    return played


def _told(name: str, act: Act) -> str:
    return f"{name}, {act.__name__}: {traceback.format_exc()}"


@contextmanager
def each_in_a_thread() -> Iterator[Threads]:
    """One for each player, with a connection to the database that it keeps."""
    threads = {name: ThreadPoolExecutor(1, name) for name in PLAYERS}
    try:
        yield threads
    finally:
        for thread in threads.values():
            thread.submit(connections.close_all)
            thread.shutdown()
