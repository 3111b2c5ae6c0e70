"""Many orders: some at a time, by one process or by several, and then a look at all."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from random import Random

from django.db import connections
from django.utils import timezone

from contacts.models import Contact
from insights.collisions.acts import advance, score, send, watch_promises
from insights.collisions.checks import faults
from insights.collisions.ledger import Ledger, broken
from insights.collisions.play import Played, Threads, each_in_a_thread, play_order
from insights.collisions.stage import Stage, meet_contacts
from insights.collisions.turns import Scene, Turn

# Orders whose contacts are met together, and looked at together.
PER_ROUND = 40
Order = tuple[int, list[Contact]]


@dataclass(slots=True)
class Result(Played):
    """What was played. ``broken``: a sentence for each thing that must never happen."""

    orders: int = 0


@dataclass(frozen=True, slots=True)
class Company:
    """A process that plays orders, with its players."""

    stage: Stage
    threads: Threads
    seed: int
    acts: int

    def play(self, order: Order) -> Played:
        number, people = order
        scene = Scene(self.stage, people, Ledger(people), number)
        return play_order(scene, self.threads, seed=self.seed, acts=self.acts)


def play_orders(
    *,
    stage: Stage,
    orders: int,
    seed: int,
    contacts: int,
    acts: int,
    processes: int = 1,
    goes_on: Callable[[Result], bool] = lambda result: True,
) -> Result:
    """Play ``orders`` times ``acts`` acts of each player, about new contacts each time.

    In rounds. When all orders of a round are over LeadHub does what is left to do, and
    everything about their contacts is looked at. After each round ``goes_on`` is asked.

    The same ``seed`` gives the same acts of each player; how the players' acts fall
    between each other, the machine decides.
    """
    result = Result()
    with _companies(stage, processes, seed=seed, acts=acts) as play:
        for start in range(0, orders, PER_ROUND):
            numbers = range(start, min(start + PER_ROUND, orders))
            met = meet_contacts(numbers, each=contacts, at=timezone.now())
            for played in play(zip(numbers, met, strict=True)):
                result.add(played)
                result.orders += 1
            people = [contact for group in met for contact in group]
            _calm_down(stage, people)
            pks = [contact.pk for contact in people]
            result.broken += broken(result.promises, people=pks)
            result.broken += faults(people)
            result.promises.clear()
            if not goes_on(result):
                break
    return result


def _calm_down(stage: Stage, people: Sequence[Contact]) -> None:
    """Let LeadHub do what is left to do."""
    turn = Turn(Scene(stage, [*people], Ledger(people), 0), people[0], Random(0), 0)
    for act in (advance, send, score, watch_promises):
        act(turn)


@contextmanager
def _companies(
    stage: Stage, processes: int, *, seed: int, acts: int
) -> Iterator[Callable[[Iterable[Order]], Iterator[Played]]]:
    """What plays orders: this process one after the other, or several at once."""
    with ExitStack() as stack:
        if processes == 1:
            threads = stack.enter_context(each_in_a_thread())
            company = Company(stage, threads, seed, acts)
            yield lambda orders: map(company.play, orders)
            return
        # A connection cannot be shared; each process opens its own.
        connections.close_all()
        pool = ProcessPoolExecutor(
            processes,
            mp_context=get_context("fork"),
            initializer=_begin,
            initargs=(stage, seed, acts),
        )
        stack.enter_context(pool)
        yield lambda orders: pool.map(_play, orders)


_own = ExitStack()
_here: list[Company] = []


def _begin(stage: Stage, seed: int, acts: int) -> None:
    # Whoever started all of this decides when it ends.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threads = _own.enter_context(each_in_a_thread())
    _here.append(Company(stage, threads, seed, acts))


def _play(order: Order) -> Played:
    [company] = _here
    return company.play(order)
