"""The same change to many contacts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.faults import InvalidContact
from contacts.models.contact import Contact
from contacts.services.contacts import delete_contacts
from contacts.services.refusals import NotAllowed
from contacts.services.repeating import in_one_transaction
from contacts.services.writing import Batch
from contacts.values import clean_contact
from leadhub.errors import DomainError

CHUNK = 500
# More is not one person's slip of the hand.
MARKETERS_DELETE_AT_MOST = 500
CHANGEABLE = {"owner", "tags", "add_tags", "remove_tags"}


class TooMany(DomainError):
    code = "too_many"


@dataclass(slots=True)
class BulkSummary:
    """What became of the contacts: how many, and by name who was left out and why."""

    changed: int = 0
    unchanged: int = 0
    skipped: list[tuple[str, str]] = field(default_factory=list)


def change_contacts(
    *,
    contact_ids: Collection[int],
    data: dict[str, Any],
    by: User,
    at: datetime,
    source: str,
    progress: Callable[[int], None] | None = None,
) -> BulkSummary:
    """Give owner or tags to contacts, 500 to a transaction.

    Contacts that ``by`` may not write are skipped with the reason; those that are
    gone are passed over. What is done stays done if it stops half-way; a repeat
    finishes it. ``progress`` is told how many more are through.

    Raises ``InvalidContact`` before anything is written.
    """
    unknown = set(data) - CHANGEABLE
    if unknown:
        raise ValueError(f"not for many at once: {sorted(unknown)}")
    summary = BulkSummary()
    ids = sorted(contact_ids)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        _add(summary, _change_chunk(chunk, data=data, by=by, at=at, source=source))
        if progress:
            progress(len(chunk))
    return summary


def _change_chunk(
    ids: Collection[int], *, data: dict[str, Any], by: User, at: datetime, source: str
) -> BulkSummary:
    def work() -> BulkSummary:
        summary = BulkSummary()
        clean = clean_contact(data, custom_fields={})
        batch = Batch(by=by, at=at, source=source)
        rows = Contact.objects.select_for_update(no_key=True, of=("self",))
        rows = rows.filter(pk__in=ids).select_related("company", "owner")
        writable = set(
            Contact.objects.visible_to(by, "update")
            .filter(pk__in=ids)
            .values_list("pk", flat=True)
        )
        contacts = list(rows.order_by("pk"))
        summary.skipped = [
            (str(contact), _("not yours to change"))
            for contact in contacts
            if contact.pk not in writable
        ]
        batch.load(contact for contact in contacts if contact.pk in writable)
        batch.resolve([clean])
        if clean.errors:
            raise InvalidContact(clean.errors)
        for draft in batch.drafts:
            if batch.apply(draft, clean):
                summary.changed += 1
            else:
                summary.unchanged += 1
        batch.store()
        return summary

    return in_one_transaction(work)


def bulk_delete_contacts(
    *,
    contact_ids: Collection[int],
    by: User,
    progress: Callable[[int], None] | None = None,
) -> BulkSummary:
    """Delete contacts with all that hangs on them, 500 to a transaction.

    Reps may not; marketers only a few hundred at a time.

    Raises ``NotAllowed``, ``TooMany`` before anything is deleted.
    """
    is_capped = by.role == User.Role.MARKETER and not by.is_administrator
    if is_capped and len(contact_ids) > MARKETERS_DELETE_AT_MOST:
        sentence = _("You may delete at most %(count)s contacts at a time.")
        raise TooMany(sentence % {"count": MARKETERS_DELETE_AT_MOST})
    deletable = Contact.objects.visible_to(by, "bulk_delete")
    if deletable.query.is_empty():
        raise NotAllowed(_("You may not delete contacts."))
    summary = BulkSummary()
    ids = sorted(contact_ids)
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        with transaction.atomic():
            allowed = deletable.filter(pk__in=chunk).values_list("pk", flat=True)
            deleted = delete_contacts(contact_ids=list(allowed), by=by)
        _add(summary, BulkSummary(changed=deleted))
        if progress:
            progress(len(chunk))
    return summary


def _add(summary: BulkSummary, part: BulkSummary) -> None:
    summary.changed += part.changed
    summary.unchanged += part.unchanged
    summary.skipped += part.skipped
