from __future__ import annotations

from secrets import token_hex

from django.db import models
from django.utils import timezone

from contacts.digests import address_digest
from contacts.models import Contact


def new_key() -> str:
    """128 random bits, as they stand in tokens."""
    return token_hex(16)


class AddressKey(models.Model):
    """An address that we write to, as a digest: what links in mails carry for it.

    Outlives the contact: whoever was erased can still unsubscribe, and must not be
    asked to confirm again and again. Made on first use.
    """

    key = models.CharField(max_length=32, unique=True, default=new_key)
    # HMAC of the address under a key outside the database: see address_digest.
    digest = models.CharField(max_length=64, unique=True)
    contact = models.ForeignKey(
        Contact, models.SET_NULL, null=True, related_name="address_keys"
    )
    # Mails that asked to confirm, since the address last did; the last may be to come.
    opt_in_mails = models.PositiveSmallIntegerField(default=0)
    last_opt_in_mail_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return f"address of {self.contact_id}"

    @property
    def holder(self) -> Contact | None:
        """The contact, if the address is still its own, or of one merged into it."""
        contact = self.contact
        if contact is None:
            return None
        survivor = contact.merged_into or contact
        if address_digest(contact.email) == self.digest:
            return survivor
        family = [survivor, *Contact.everyone.filter(merged_into=survivor)]
        is_theirs = any(address_digest(each.email) == self.digest for each in family)
        return survivor if is_theirs else None
