"""Requests per second that a server answers, one server after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import count
from time import perf_counter

from tests.installation.client import Client

THREADS = 4
SECONDS = 1.0


def rate(
    client: Callable[[], Client], requests: Callable[[Client], Iterator[bytes]]
) -> float:
    """Answers per second while four clients ask for one second."""
    counts = [0] * THREADS
    wrong: list[str] = []
    until = perf_counter() + SECONDS

    def ask(place: int) -> None:
        mine = client()
        try:
            for request in requests(mine):
                if perf_counter() > until:
                    return
                answer = mine.send(request)
                if answer.status >= 400:
                    wrong.append(f"{answer.status} {answer.body[:200]!r}")
                    return
                counts[place] += 1
        finally:
            mine.close()

    threads = [threading.Thread(target=ask, args=[n]) for n in range(THREADS)]
    began = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if wrong:
        raise AssertionError(wrong[0])
    return sum(counts) / (perf_counter() - began)


numbers = count(1)


def repeated(method: str, path: str) -> Callable[[Client], Iterator[bytes]]:
    def requests(client: Client) -> Iterator[bytes]:
        request = client.bytes_of(method, path)
        while True:
            yield request

    return requests
