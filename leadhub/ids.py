"""Identifiers."""

from datetime import datetime
from secrets import randbits
from time import time_ns
from uuid import UUID


def new_id() -> UUID:
    """A UUID of version 7 (RFC 9562): grows with time, so its index stays dense.

    Its method 3: 12 bits are the part of the millisecond, so that what one process makes
    one after the other sorts like that.
    """
    millis, rest = divmod(time_ns(), 1_000_000)
    part = (rest << 12) // 1_000_000
    return UUID(int=millis << 80 | 0x7 << 76 | part << 64 | 0b10 << 62 | randbits(62))


def first_id_of(moment: datetime) -> UUID:
    """The smallest id that ``new_id`` can make at ``moment``: ids sort by their time."""
    millis = int(moment.timestamp() * 1000)
    return UUID(int=millis << 80 | 0x7 << 76 | 0b10 << 62)
