"""Orders of acts, played by threads that run into each other."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from threading import Barrier
from time import sleep

from django.db import connections
from django.utils import timezone

from insights.collisions.acts import PLAYERS, advance, score, send
from insights.collisions.checks import faults
from insights.collisions.ledger import Ledger
from insights.collisions.stage import Stage, meet_contacts
from insights.collisions.turns import Scene, Turn
from leadhub.errors import DomainError

LONGEST_PAUSE = 0.004
# An order that takes longer is stuck.
PATIENCE_SECONDS = 120


@dataclass(slots=True)
class Result:
    """What was played. ``broken``: a sentence for each thing that must never happen."""

    orders: int = 0
    done: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def play_orders(
    *,
    stage: Stage,
    orders: int,
    seed: int,
    contacts: int,
    acts: int,
    progress: Callable[[int], None] = lambda done: None,
) -> Result:
    """Play ``orders`` times ``acts`` acts of each player, about new contacts.

    The same ``seed`` gives the same acts of each player; how the players' acts fall
    between each other, the machine decides.
    """
    result, ledger = Result(), Ledger()
    with _threads() as threads:
        for number in range(orders):
            people = range(number * contacts, (number + 1) * contacts)
            met = meet_contacts(people, at=timezone.now())
            scene = Scene(stage, met, ledger, number)
            _play(scene, threads, Random(f"{seed}-{number}"), acts=acts, result=result)
            _calm_down(scene)
            ledger.settle()
            found = [*ledger.broken, *faults(met)]
            ledger.broken.clear()
            result.broken += [f"Order {number}: {sentence}" for sentence in found]
            result.orders += 1
            progress(result.orders)
    return result


def _play(
    scene: Scene,
    threads: dict[str, ThreadPoolExecutor],
    random: Random,
    *,
    acts: int,
    result: Result,
) -> None:
    start = Barrier(len(threads))
    running = []
    for place, (name, thread) in enumerate(threads.items()):
        draw = Random(random.random())
        numbers = range(place * acts, (place + 1) * acts)
        running.append(thread.submit(_act, scene, name, draw, numbers, start))
    for each in running:
        done, refused, errors = each.result(timeout=PATIENCE_SECONDS)
        result.done += done
        result.refused += refused
        scene.ledger.broken += errors


def _act(
    scene: Scene, name: str, draw: Random, numbers: range, start: Barrier
) -> tuple[Counter[str], Counter[str], list[str]]:
    """What one player does in an order, one thing after the other."""
    done: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    errors = []
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
        except DomainError as refusal:
            refused[f"{act.__name__}: {refusal.code}"] += 1
        except Exception:
            errors.append(f"{name}, {act.__name__}: {traceback.format_exc()}")
        else:
            done[act.__name__] += 1
    return done, refused, errors


def _calm_down(scene: Scene) -> None:
    """Let LeadHub do what is left to do."""
    turn = Turn(scene, scene.contacts[0], Random(0), 0)
    for act in (advance, send, score):
        act(turn)


@contextmanager
def _threads() -> Iterator[dict[str, ThreadPoolExecutor]]:
    """One for each player, with a connection to the database that it keeps."""
    threads = {name: ThreadPoolExecutor(1, name) for name in PLAYERS}
    try:
        yield threads
    finally:
        for thread in threads.values():
            thread.submit(connections.close_all)
            thread.shutdown()
