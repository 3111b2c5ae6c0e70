"""Addresses that can be recognized but not read."""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

from contacts.models.contact import Contact


def address_digest(address: str) -> str:
    """HMAC-SHA256 of an address without regard to case, in hex.

    The key is ``ADDRESS_PEPPER``, which is kept outside the database: who has only the
    database cannot try addresses.
    """
    key = settings.ADDRESS_PEPPER.encode()
    return hmac.new(key, Contact.key_of(address).encode(), hashlib.sha256).hexdigest()
