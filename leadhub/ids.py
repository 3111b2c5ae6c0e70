"""Identifiers."""

from secrets import randbits
from time import time_ns
from uuid import UUID


def new_id() -> UUID:
    """A UUID of version 7 (RFC 9562): grows with time, so its index stays dense."""
    millis = time_ns() // 1_000_000
    return UUID(
        int=millis << 80 | 0x7 << 76 | randbits(12) << 64 | 0b10 << 62 | randbits(62)
    )
