"""Two who look alike and are not one person."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from accounts.models import User
from contacts.models.contact import Contact
from contacts.models.merge import Distinct


@transaction.atomic
def keep_apart(*, one: Contact, other: Contact, by: User, at: datetime) -> Distinct:
    """Never propose these two as duplicates again. Safe to repeat."""
    first, second = sorted([one, other], key=lambda contact: contact.pk)
    row, _is_new = Distinct.objects.get_or_create(
        first=first, second=second, defaults={"by": by, "at": at}
    )
    return row


@transaction.atomic
def doubt_again(*, one: Contact, other: Contact) -> None:
    """Propose these two again. Safe to repeat."""
    pks = sorted([one.pk, other.pk])
    Distinct.objects.filter(first=pks[0], second=pks[1]).delete()
