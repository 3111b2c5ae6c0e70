"""What reaches a contact that was merged while it was on its way."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from contacts.models.contact import Contact
from contacts.services.moving import move_rows
from contacts.signals import contacts_changed


@transaction.atomic
def settle_late_rows(*, contact_ids: Collection[int], at: datetime) -> set[int]:
    """Give the survivors what was stored for those of these who were merged meanwhile.

    Return who was. It has happened since the merge: undoing that leaves it where it is.
    Sends ``contacts_changed`` for the survivors.
    """
    rows = Contact.everyone.merged().filter(pk__in=contact_ids)
    rows = list(rows.select_for_update(no_key=True).order_by("pk"))
    for row in rows:
        move_rows(from_id=row.pk, to_id=row.merged_into_id)
    if survivors := {row.merged_into_id for row in rows}:
        contacts_changed.send(sender=Contact, contact_ids=survivors, at=at)
    return {row.pk for row in rows}
