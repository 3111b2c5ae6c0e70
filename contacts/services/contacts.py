"""Verbs about contacts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services.webhook_events import forget_contacts
from contacts.faults import InvalidContact
from contacts.models.contact import Contact, ContactIdentifier
from contacts.services.finding import Draft
from contacts.services.loading import (
    checked,
    identifying_of,
    locked_contacts,
    unwritable,
)
from contacts.services.refusals import NotAllowed
from contacts.services.repeating import Overtaken, in_one_transaction
from contacts.services.writing import Batch
from contacts.values import CleanContact, clean_contact, custom_fields
from leadhub.errors import DomainError, InvalidValue

KNOWN_BY = ("email", "first_name", "last_name", "phone")


@dataclass(slots=True)
class ContactOutcome:
    """What became of one item.

    ``changes`` is field -> [before, after]; companies and owners stand in it by
    number, custom fields as ``custom.<key>``.
    """

    contact: Contact | None
    result: str  # "created", "updated", "unchanged" or "rejected"
    errors: list[DomainError] = field(default_factory=list)
    changes: dict[str, list[Any]] = field(default_factory=dict)
    # What it did to its company, see ``Batch.news_of_company``.
    company: dict[str, Any] = field(default_factory=dict)

    @property
    def refusal(self) -> DomainError | None:
        return self.errors[0] if self.errors else None


def create_contact(
    *, data: dict[str, Any], by: User | None, at: datetime, source: str
) -> Contact:
    """Make a contact of ``data``.

    ``source`` says through what it came; it is also the contact's source where
    ``data`` gives none. Sends ``contacts_changed``.

    Raises ``InvalidContact`` with all faults, ``EmailTaken`` (with the contact that
    has the address, also if it came up meanwhile), ``IdentifierTaken``.
    """
    clean, fields = checked(data)
    values = clean.values
    if not any(values.get(key) for key in KNOWN_BY):
        sentence = _("A contact needs an e-mail address, a name or a phone number.")
        error = InvalidValue(sentence, attr="email")
        error.code = "required"
        raise InvalidContact([error])

    def work() -> Contact:
        batch = Batch(by=by, at=at, source=source, identifying=identifying_of(fields))
        batch.resolve([clean])
        if clean.errors:
            raise InvalidContact(clean.errors)
        draft = batch.add()
        batch.apply(draft, clean)
        batch.store()
        return draft.contact

    return in_one_transaction(work)


def update_contact(
    *,
    contact: Contact,
    data: dict[str, Any],
    by: User | None,
    at: datetime,
    source: str,
) -> Contact:
    """Change what ``data`` names and leave the rest; keep what was before.

    ``tags`` replaces all tags, ``add_tags`` and ``remove_tags`` some; ``custom``
    changes the keys it has, None empties one. Repeating it changes nothing. Sends
    ``contacts_changed`` if anything has changed.

    Raises ``InvalidContact``, ``EmailTaken``, ``IdentifierTaken``; also
    ``Contact.DoesNotExist`` if it is gone.
    """
    changed = update_contacts(
        contact_ids=[contact.pk], data=data, by=by, at=at, source=source
    )
    if not changed:
        raise Contact.DoesNotExist
    return changed[contact.pk]


def update_contacts(
    *,
    contact_ids: Collection[int],
    data: dict[str, Any],
    by: User | None,
    at: datetime,
    source: str,
) -> dict[int, Contact]:
    """``update_contact`` for all of these; return them as they are now, by number.

    Those that are gone are left out. If one refuses, none is changed. As many
    statements for many as for one.
    """
    clean, fields = checked(data)

    def work() -> dict[int, Contact]:
        batch = Batch(by=by, at=at, source=source, identifying=identifying_of(fields))
        rows = locked_contacts(contact_ids)
        batch.load(rows)
        batch.resolve([clean])
        if clean.errors:
            raise InvalidContact(clean.errors)
        for row in rows:
            batch.apply(batch.by_pk[row.pk], clean)
        batch.store()
        return {row.pk: row for row in rows}

    return in_one_transaction(work)


def upsert_contacts(
    *,
    items: Sequence[dict[str, Any]],
    by: User | None,
    at: datetime,
    source: str,
    updates_existing: bool = True,
) -> list[ContactOutcome]:
    """Create or update a contact per item, by e-mail. Answers every item, in order.

    An item without an address is found, or made, by its first identifying custom
    field.

    One that is refused does not fail the rest; several with the same address are
    applied in order. Without ``updates_existing`` contacts there are stay as they
    are and are answered as unchanged. ``by`` may only change what they may write.

    About twenty statements for a thousand items. Safe to repeat. Sends
    ``contacts_changed`` once.
    """
    fields = custom_fields()
    identifying = identifying_of(fields)

    def work() -> list[ContactOutcome]:
        cleans = [clean_contact(item, custom_fields=fields) for item in items]
        for clean in cleans:
            if not clean.email_key and not clean.mark(identifying) and not clean.errors:
                error = InvalidValue(_("An e-mail address is needed."), attr="email")
                error.code = "required"
                clean.errors.append(error)
        batch = Batch(by=by, at=at, source=source, identifying=identifying)
        batch.load(locked_contacts(_known(cleans, identifying)))
        batch.find_marked(cleans)
        known = {id(clean): batch.known(clean) for clean in cleans}
        untouchable = unwritable(batch.by_pk, by=by)
        for clean in cleans:
            draft = known[id(clean)]
            if draft and draft.contact.pk in untouchable and not clean.errors:
                clean.errors.append(NotAllowed(_("You may not change this contact.")))
        batch.resolve([c for c in cleans if updates_existing or known[id(c)] is None])
        outcomes = [
            _applied(
                batch, clean, may_update=updates_existing or known[id(clean)] is None
            )
            for clean in cleans
        ]
        batch.store()
        for clean, outcome in zip(cleans, outcomes, strict=True):
            outcome.company = batch.news_of_company(clean)
        return outcomes

    return in_one_transaction(work)


def _known(cleans: Sequence[CleanContact], identifying: frozenset[str]) -> set[int]:
    """The numbers of the contacts that these are about, in two queries."""
    keys = {clean.email_key for clean in cleans if not clean.errors} - {""}
    rows = Contact.everyone.filter(email_key__in=keys)
    known = {survivor or pk for pk, survivor in rows.values_list("pk", "merged_into")}
    marks = {clean.mark(identifying) for clean in cleans if not clean.email_key}
    marks -= {None}
    if marks:
        rows = ContactIdentifier.objects.filter(
            field__in={field for field, _value in marks},
            value__in={value for _field, value in marks},
        )
        known |= {row.contact_id for row in rows if (row.field, row.value) in marks}
    return known


def _applied(batch: Batch, clean: CleanContact, *, may_update: bool) -> ContactOutcome:
    draft = batch.known(clean)
    contact = draft.contact if draft else None
    if clean.errors:
        return ContactOutcome(contact, "rejected", errors=list(clean.errors))
    if contact and contact.pk and contact.pk not in batch.by_pk and may_update:
        raise Overtaken  # it is not locked
    if draft is not None and not may_update:
        return ContactOutcome(contact, "unchanged")
    is_new = draft is None
    if draft and clean.email_key in {draft.contact.email_key, *batch.absorbed}:
        # It told who is meant; in other letters it does not correct the address.
        clean.values.pop("email", None)
    draft = draft or Draft(Contact(source=batch.source))
    try:
        if is_new:
            draft.contact.created_at = draft.contact.updated_at = batch.at
        changes = batch.apply(draft, clean)
    except DomainError as refusal:
        return ContactOutcome(contact, "rejected", errors=[refusal])
    if is_new:
        batch.drafts.append(draft)
        return ContactOutcome(draft.contact, "created")
    result = "updated" if changes else "unchanged"
    return ContactOutcome(draft.contact, result, changes=changes)


def ensure_contacts(
    *, items: Sequence[dict[str, Any]], at: datetime, source: str
) -> dict[str, Contact]:
    """Return the contact of each item by ``Contact.key_of`` of its address.

    Unknown ones are made of the first item with the address; known ones stay
    exactly as they are. Items that cannot be a contact are left out; ask
    ``contacts.values.errors_of`` for the reasons beforehand.

    Safe to repeat and to run at once with others: who comes second gets the first
    one's contact. Sends ``contacts_changed`` for the new ones.
    """
    keys = {
        Contact.key_of(item["email"])
        for item in items
        if isinstance(item.get("email"), str)
    }
    known = Contact.everyone.addressed(keys)
    unknown = [
        item
        for item in items
        if isinstance(item.get("email"), str)
        and Contact.key_of(item["email"]) not in known
    ]
    if not unknown:
        return known
    fields = custom_fields()

    def work() -> dict[str, Contact]:
        named = {}
        for item in unknown:
            clean = clean_contact(item, custom_fields=fields)
            if clean.email_key and not clean.errors:
                named.setdefault(Contact.key_of(item["email"]), clean)
        cleans = list(named.values())
        batch = Batch(
            by=None,
            at=at,
            source=source,
            identifying=identifying_of(fields),
            updates_companies=False,
        )
        batch.resolve(cleans)
        found = {}
        for key, clean in named.items():
            outcome = _applied(batch, clean, may_update=False)
            if outcome.result != "rejected":
                found[key] = outcome.contact
        batch.store()
        return found

    return known | in_one_transaction(work)


@transaction.atomic
def delete_contacts(*, contact_ids: Collection[int], by: User | None) -> int:
    """Delete these for good, with all that hangs on them; return how many there were.

    With them go those who were merged into them.
    """
    absorbed = Contact.everyone.filter(merged_into__in=contact_ids).in_bulk()
    forget_contacts(contact_ids=[*contact_ids, *absorbed])
    _n, per_model = Contact.objects.filter(pk__in=contact_ids).delete()
    return per_model.get(Contact._meta.label, 0) - len(absorbed)
