"""How much one token, or one person with a browser, may ask of the API in a minute."""

from __future__ import annotations

from time import time
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.cache import cache
from rest_framework.throttling import BaseThrottle

if TYPE_CHECKING:  # importing views here would be a circle
    from rest_framework.request import Request
    from rest_framework.views import APIView

MINUTE = 60
SAFE = {"GET", "HEAD", "OPTIONS"}


class PerMinute(BaseThrottle):
    """Counts requests of each minute of the clock, those that read and those that write.

    A number per minute: DRF's own keep the time of each request, which for thousands of
    them is more work than the request. Who is nobody is stopped by the permissions.

    The cache falls back to this process's memory. A count that it has lost begins
    again: whoever asks gets an answer.
    """

    def allow_request(self, request: Request, view: APIView) -> bool:
        reads = request.method in SAFE
        limit = (
            settings.API_READS_PER_MINUTE if reads else settings.API_WRITES_PER_MINUTE
        )
        who = f"token:{request.auth.pk}" if request.auth else f"user:{request.user.pk}"
        if not limit or request.user.pk is None:
            return True
        self.now = time()
        minute = int(self.now // MINUTE)
        return _count(f"api:{who}:{'r' if reads else 'w'}:{minute}") <= limit

    def wait(self) -> float:
        return MINUTE - self.now % MINUTE


def _count(key: str) -> int:
    """One more; how many there are then."""
    try:
        return cache.incr(key)
    except ValueError:  # there is none yet, or the cache has lost it
        cache.add(key, 0, timeout=2 * MINUTE)
    try:
        return cache.incr(key)
    except ValueError:
        return 0
