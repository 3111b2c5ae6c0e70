"""Secrets that must be read again: kept sealed, under a key that is not in the database.

The key is made of ``SECRET_KEY``; what its former values (``SECRET_KEY_FALLBACKS``) have
sealed can still be opened.
"""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

PURPOSE = b"leadhub.webhook-secrets.v1:"


class Unreadable(Exception):
    """It was sealed under a key that we do not have."""


def seal(text: str) -> str:
    return _keys().encrypt(text.encode()).decode()


def unseal(sealed: str) -> str:
    """Raises ``Unreadable``."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except InvalidToken:
        raise Unreadable from None


def _keys() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(PURPOSE + secret.encode()).digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in digests])
