"""The links by which a contact chooses what it gets. Every mail carries them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from campaigns.services.addresses import key_of
from campaigns.tokens import Door, make_token
from contacts.models import Contact

if TYPE_CHECKING:
    from campaigns.models import AddressKey
    from campaigns.models.message import Message


def preference_url(contact: Contact) -> str:
    """Where the contact sees and changes what it has agreed to; good for 30 days."""
    return _url(Door.PREFERENCES, key_of(contact))


def unsubscribe_url(message: Message) -> str:
    """Where the mail's receiver ends all marketing by e-mail; good for ever.

    The address for both the link in the text and RFC 8058's ``List-Unsubscribe``.
    """
    return _url(Door.UNSUBSCRIBE, key_of(message.contact))


def ways_out(key: AddressKey) -> tuple[str, str]:
    """``unsubscribe_url`` and ``preference_url`` of the address that has the key."""
    return _url(Door.UNSUBSCRIBE, key), _url(Door.PREFERENCES, key)


def _url(door: Door, key: AddressKey) -> str:
    token = make_token(door, key=key.key, at=timezone.now())
    return settings.SITE_URL + reverse(f"campaigns:{door}", args=[token])
