"""What links in mails carry instead of an address."""

from __future__ import annotations

from collections.abc import Iterable

from campaigns.models import AddressKey
from contacts.digests import address_digest
from contacts.models import Contact


def keys_of(contacts: Iterable[Contact]) -> dict[int, AddressKey]:
    """Contact id -> the row of its address, made on first use."""
    owners = {address_digest(contact.email): contact for contact in contacts}
    rows = AddressKey.objects.in_bulk(owners, field_name="digest")
    if new := owners.keys() - rows.keys():
        # Two mails to the address may be rendered at once.
        AddressKey.objects.bulk_create(
            [AddressKey(digest=key, contact=owners[key]) for key in sorted(new)],
            ignore_conflicts=True,
        )
        rows |= AddressKey.objects.in_bulk(new, field_name="digest")
    for digest, contact in owners.items():
        row = rows[digest]
        if row.contact_id != contact.pk:  # it has come back, or has moved
            row.contact = contact
            row.save(update_fields=["contact"])
    return {contact.pk: rows[digest] for digest, contact in owners.items()}


def key_of(contact: Contact) -> AddressKey:
    return keys_of([contact])[contact.pk]
