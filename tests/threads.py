"""What several do at the same moment, with real transactions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection

from leadhub.errors import DomainError

# As long as a busy machine may need until all have begun.
PATIENCE_SECONDS = 120


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run each in a thread of its own, started together; results, or refusals."""
    barrier = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        try:
            barrier.wait(PATIENCE_SECONDS)
            return work()
        except DomainError as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as threads:
        return list(threads.map(run, works))
