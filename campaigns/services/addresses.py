"""What links in mails carry instead of an address."""

from __future__ import annotations

from campaigns.models import AddressKey
from contacts.digests import address_digest
from contacts.models import Contact


def key_of(contact: Contact) -> AddressKey:
    """The row of the contact's address, made on first use."""
    digest = address_digest(contact.email)
    row = AddressKey.objects.filter(digest=digest).first()
    if row is None:
        new = AddressKey(digest=digest, contact=contact)
        # Two mails to the address may be rendered at once.
        AddressKey.objects.bulk_create([new], ignore_conflicts=True)
        row = AddressKey.objects.get(digest=digest)
    if row.contact_id != contact.pk:  # it has come back, or has moved
        row.contact = contact
        row.save(update_fields=["contact"])
    return row
