"""Clients that deliver events until each is acknowledged, and remember what was."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.installation.client import Answer, Client

if TYPE_CHECKING:
    from tests.faults.world import World

ONE, BATCH = "/api/v1/interactions/", "/api/v1/interactions/batch/"


@dataclass(frozen=True, slots=True)
class Event:
    event_id: str
    contact_id: int
    kind: str
    occurred_at: datetime

    def body(self) -> dict[str, Any]:
        return {
            "contact": {"id": self.contact_id},
            "kind": self.kind,
            "event_id": self.event_id,
            "source": "faults",
            "occurred_at": self.occurred_at.isoformat(),
        }


class Traffic:
    """What clients send beside what the row does to the servers."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.acknowledged: dict[str, Event] = {}
        self.seconds: list[float] = []
        self.errors: list[Answer] = []
        self.failures = 0
        self.sent = 0
        self._token = ""
        self._stopped = threading.Event()
        self._futures: list[Future] = []

    @property
    def token(self) -> str:
        self._token = self._token or self.world.token()
        return self._token

    @property
    def is_running(self) -> bool:
        return any(not future.done() for future in self._futures)

    def stop(self) -> None:
        self._stopped.set()

    @contextmanager
    def of(
        self, events: Iterable[Event], *, threads: int = 4, batch: int = 1
    ) -> Iterator[Traffic]:
        """Deliver them all while the block runs; at its end wait for the rest."""
        todo = deque(_batches(list(events), batch))
        clients = [
            Client(self.world.installation.port, token=self.token)
            for _ in range(threads)
        ]
        with ThreadPoolExecutor(threads) as pool:
            self._futures = [
                pool.submit(self._work, client, todo) for client in clients
            ]
            yield self
            for future in self._futures:
                future.result()
        self.failures += sum(client.failures for client in clients)
        self.errors += [error for client in clients for error in client.errors]

    def deliver(self, events: Iterable[Event], **how: int) -> None:
        with self.of(events, **how):
            pass

    def _work(self, client: Client, todo: deque[Sequence[Event]]) -> None:
        try:
            while not self._stopped.is_set():
                try:
                    events = todo.popleft()
                except IndexError:
                    return
                self._send(client, events)
        finally:
            client.close()

    def _send(self, client: Client, events: Sequence[Event]) -> None:
        bodies = [event.body() for event in events]
        if len(bodies) == 1:
            answer = client.deliver(ONE, bodies[0])
        else:
            answer = client.deliver(BATCH, {"items": bodies})
            assert answer.json()["rejected"] == 0, answer.json()
        self.seconds.append(answer.seconds)
        self.acknowledged |= {event.event_id: event for event in events}
        self.sent += len(events)

    def percentile(self, share: float) -> float:
        """Seconds that this share of the requests did not exceed."""
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def _batches(events: list[Event], size: int) -> Iterator[Sequence[Event]]:
    for start in range(0, len(events), size):
        yield events[start : start + size]
