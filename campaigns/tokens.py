"""What links in mails carry: signed, all of one length, and no number of a row.

A token is 56 letters: which of our secrets signed it (4 bytes), the random key of what
it is for (16), when it was made (6), and the signature (16). What one door takes no
other does, because each signs with a salt of its own.
"""

from __future__ import annotations

import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from django.conf import settings
from django.utils.crypto import salted_hmac

SHAPE = re.compile(r"[A-Za-z0-9_-]{56}")
NOTHING = bytes(42)


class Door(StrEnum):
    CONFIRM = "confirm"
    PREFERENCES = "preferences"
    UNSUBSCRIBE = "unsubscribe"
    DOWNLOAD = "download"


LIFE: dict[Door, timedelta | None] = {
    Door.CONFIRM: timedelta(days=7),
    Door.PREFERENCES: timedelta(days=30),
    Door.DOWNLOAD: timedelta(days=7),
    Door.UNSUBSCRIBE: None,  # whoever has a mail from us may always end them
}


@dataclass(frozen=True, slots=True)
class Reading:
    """``key`` is some key even of nonsense, so that looking it up takes the same time.

    Believe it only if ``is_good``.
    """

    key: str
    is_good: bool


def make_token(door: Door, *, key: str, at: datetime) -> str:
    """A token for the row with the random ``key``: 32 hexadecimal digits."""
    [(name, secret), *_older] = _secrets().items()
    seconds = int(at.timestamp()).to_bytes(6, "big")
    plain = name + bytes.fromhex(key) + seconds
    return urlsafe_b64encode(plain + _signature(door, plain, secret)).decode()


def read_token(door: Door, text: str, *, at: datetime) -> Reading:
    """Check a token, in the same steps whatever is wrong with it."""
    has_shape = SHAPE.fullmatch(text) is not None
    raw = urlsafe_b64decode(text) if has_shape else NOTHING
    plain, signature = raw[:26], raw[26:]
    secrets = _secrets()
    is_ours = plain[:4] in secrets
    secret = secrets.get(plain[:4], settings.SECRET_KEY)
    is_signed = hmac.compare_digest(signature, _signature(door, plain, secret))
    life = LIFE[door]
    age = at.timestamp() - int.from_bytes(plain[20:], "big")
    is_fresh = life is None or age <= life.total_seconds()
    is_good = has_shape and is_ours and is_signed and is_fresh
    return Reading(key=plain[4:20].hex(), is_good=is_good)


def _secrets() -> dict[bytes, str]:
    """Our secrets by their names, the current one first."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return {sha256(b"name of " + each.encode()).digest()[:4]: each for each in secrets}


def _signature(door: Door, plain: bytes, secret: str) -> bytes:
    signed = salted_hmac(f"campaigns.{door}", plain, secret=secret, algorithm="sha256")
    return signed.digest()[:16]
