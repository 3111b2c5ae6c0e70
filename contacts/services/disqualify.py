"""Contacts that sales does not want, whatever they do."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from contacts.models.contact import Contact, FieldChange
from contacts.signals import contacts_changed


@transaction.atomic
def disqualify_contact(
    *, contact: Contact, by: User | None, at: datetime, source: str
) -> Contact:
    """Never let the contact become sales-ready, until ``requalify_contact``.

    Repeating it changes nothing. Sends ``contacts_changed``.
    """
    return _set(contact, to=at, by=by, at=at, source=source)


@transaction.atomic
def requalify_contact(
    *, contact: Contact, by: User | None, at: datetime, source: str
) -> Contact:
    """Let the contact become sales-ready again. Sends ``contacts_changed``."""
    return _set(contact, to=None, by=by, at=at, source=source)


def _set(
    contact: Contact,
    *,
    to: datetime | None,
    by: User | None,
    at: datetime,
    source: str,
) -> Contact:
    row = Contact.objects.select_for_update(no_key=True).get(pk=contact.pk)
    before = row.disqualified_at
    if (before is None) == (to is None):
        return row
    row.disqualified_at = to
    row.updated_at = at
    row.save(update_fields=["disqualified_at", "updated_at"])
    change = [
        before.isoformat() if before else None,
        to.isoformat() if to else None,
    ]
    FieldChange.objects.create(
        contact=row,
        by=by,
        at=at,
        source=source[:80],
        changes={"disqualified_at": change},
    )
    contacts_changed.send(sender=Contact, contact_ids={row.pk}, at=at)
    return row
