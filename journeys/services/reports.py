"""The verb behind the API: interactions as programs report them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.models import Contact
from contacts.services.contacts import ensure_contacts
from contacts.values import clean_contact, custom_fields
from journeys.models import Interaction
from journeys.reading import CleanReport, read_report
from journeys.services.tracking import Report, track_interactions, why_not
from leadhub.errors import DomainError, InvalidValue


@dataclass(slots=True)
class ReportOutcome:
    """What became of an item: its row, new or stored before, or what is wrong."""

    interaction: Interaction | None = None
    is_new: bool = False
    errors: list[DomainError] = field(default_factory=list)


# Without a savepoint: who has a transaction around it gives that up with an error.
@transaction.atomic(savepoint=False)
def take_reports(
    *, items: Sequence[Any], source: str, by: User, at: datetime
) -> list[ReportOutcome]:
    """Track each item, with contacts of addresses that nobody has yet.

    ``items`` are plain data as the contract has them, ``source`` is for those that
    name none. Answers every item, in order; a bad one does not fail the rest. Contacts
    there are stay as they are. About ten statements, however many items.

    Safe to repeat, as ``track_interactions`` and ``ensure_contacts`` are.
    """
    cleans = [read_report(item) for item in items]
    for clean in cleans:
        if not clean.errors:
            # Before contacts are made for what is then refused.
            refusal = why_not(
                kind=clean.values["kind"],
                occurred_at=clean.values.get("occurred_at", at),
                at=at,
            )
            clean.errors += [refusal] if refusal else []
    good = [clean for clean in cleans if not clean.errors]
    contacts = _contacts(good, source=source, by=by, at=at)
    reports, reported = [], []
    for clean in cleans:
        contact = contacts.get(id(clean))
        if contact is not None and not clean.errors:
            values = {"source": source, "occurred_at": at, **clean.values}
            reports.append(Report(contact=contact, **values))
            reported.append(clean)

    outcomes = {id(clean): ReportOutcome(errors=clean.errors) for clean in cleans}
    answers = track_interactions(reports=reports, at=at) if reports else []
    for clean, answer in zip(reported, answers, strict=True):
        outcomes[id(clean)] = ReportOutcome(
            answer.interaction,
            answer.is_new,
            [answer.refusal] if answer.refusal else [],
        )
    return [outcomes[id(clean)] for clean in cleans]


def _contacts(
    cleans: Sequence[CleanReport], *, source: str, by: User, at: datetime
) -> dict[int, Contact]:
    """The contact of each, by ``id`` of the item; adds to the errors of the others."""
    # An interaction needs the number; answers show the address.
    rows = Contact.everyone.only("pk", "email", "email_key", "merged_into")
    ids = {clean.contact_id for clean in cleans if clean.contact_id is not None}
    by_id = {}
    if ids:
        by_id = rows.living(rows.visible_to(by, "read").in_bulk(ids))
    named = [clean for clean in cleans if clean.contact is not None]
    keys = {_key(clean) for clean in named}
    by_key = {}
    if keys:
        by_key = rows.addressed(keys)
    _check_fields(named, known=by_key)
    unknown = [
        clean for clean in named if not clean.errors and _key(clean) not in by_key
    ]
    if unknown:
        made = ensure_contacts(
            items=[clean.contact for clean in unknown if clean.contact],
            at=at,
            source=source,
        )
        by_key |= made

    found = {}
    for clean in cleans:
        if clean.errors:
            continue
        if clean.contact_id is not None:
            contact, attr = by_id.get(clean.contact_id), "contact.id"
        else:
            contact, attr = by_key.get(_key(clean)), "contact"
        if contact is None:
            error = InvalidValue(_("There is no such contact."), attr=attr)
            error.code = "does_not_exist"
            clean.errors.append(error)
        else:
            found[id(clean)] = contact
    return found


def _key(clean: CleanReport) -> str:
    return Contact.key_of(clean.contact["email"]) if clean.contact else ""


def _check_fields(
    cleans: Sequence[CleanReport], *, known: Mapping[str, Contact]
) -> None:
    """Add what is wrong with the fields of the contact.

    A stored address was checked when it was stored.
    """
    wanted = [
        clean
        for clean in cleans
        if clean.contact and (len(clean.contact) > 1 or _key(clean) not in known)
    ]
    if not wanted:
        return
    has_custom = any(clean.contact and "custom" in clean.contact for clean in wanted)
    fields = custom_fields() if has_custom else {}
    for clean in wanted:
        for error in clean_contact(clean.contact, custom_fields=fields).errors:
            error.attr = f"contact.{error.attr}" if error.attr else "contact"
            clean.errors.append(error)
