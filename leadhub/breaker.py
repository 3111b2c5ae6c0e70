"""Knowing for a while that a service is down, instead of asking it again each time."""

from __future__ import annotations

import threading
import time


class Breaker:
    """Opens when a call fails; after ``pause`` seconds it lets one caller try again."""

    def __init__(self, *, pause: float) -> None:
        self.pause = pause
        self._closed_from = 0.0
        self._lock = threading.Lock()

    def is_open(self) -> bool:
        """True if the service was down just now and is not to be asked."""
        if not self._closed_from:
            return False
        with self._lock:
            if time.monotonic() < self._closed_from:
                return True
            if self._closed_from:
                # The others go on waiting for what this caller finds out.
                self._closed_from = time.monotonic() + self.pause
            return False

    def failed(self) -> None:
        with self._lock:
            self._closed_from = time.monotonic() + self.pause

    def worked(self) -> None:
        if self._closed_from:
            with self._lock:
                self._closed_from = 0.0
