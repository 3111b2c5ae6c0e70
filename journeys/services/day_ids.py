"""Pseudonyms that mean nothing once their day is over."""

from __future__ import annotations

import hmac
from datetime import date, datetime
from secrets import token_bytes

from django.utils.timezone import localdate

from journeys.models import DailySalt

_today: dict[date, bytes] = {}


def day_id(site: str, *, network: str, user_agent: str, at: datetime) -> str:
    """The same browser on the same site on the same day, and nothing more."""
    seen = "\0".join((site, network, user_agent))
    salt = _salt_of(localdate(at))
    return hmac.new(salt, seen.encode(), "sha256").hexdigest()[:32]


def forget_salts(*, at: datetime) -> int:
    """Destroy the secrets of days that are over: their pseudonyms mean nothing now."""
    for day in [day for day in _today if day < localdate(at)]:
        _today.pop(day, None)
    return DailySalt.objects.filter(day__lt=localdate(at)).delete()[0]


def _salt_of(day: date) -> bytes:
    salt = _today.get(day)
    if salt is None:
        row = DailySalt.objects.filter(day=day).first()
        if row is None:
            new = DailySalt(day=day, salt=token_bytes(32))
            DailySalt.objects.bulk_create([new], ignore_conflicts=True)
            row = DailySalt.objects.get(day=day)
        salt = bytes(row.salt)
        _today.clear()  # of the day before
        _today[day] = salt
    return salt
