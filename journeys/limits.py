"""How often somebody may ask, counted where the request is."""

from __future__ import annotations

import threading
from collections import Counter
from time import monotonic


class Limiter:
    """Counts per key in spans of ``seconds``; forgets everything between them.

    In this process only: a shared count would cost each request two round trips, and
    would be the first thing that an attack brings down.
    """

    def __init__(self, *, seconds: float) -> None:
        self.seconds = seconds
        self.counts: Counter[str] = Counter()
        self.until = 0.0
        self.lock = threading.Lock()

    def let_through(self, key: str, *, limit: int) -> bool:
        """Count one more for ``key``; False if that is more than ``limit``."""
        with self.lock:
            now = monotonic()
            if now >= self.until:
                self.counts.clear()
                self.until = now + self.seconds
            self.counts[key] += 1
            return self.counts[key] <= limit

    def clear(self) -> None:
        """Forget everything, for tests."""
        with self.lock:
            self.counts.clear()
