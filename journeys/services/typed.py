"""The verb behind forms: what a typed address may do, and what it may not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction

from contacts.models import Contact
from contacts.services.contacts import ensure_contacts
from contacts.services.proposals import propose_values
from contacts.values import clean_contact, custom_fields
from journeys.models import Interaction, Visitor
from journeys.services.tracking import Report, track_interactions
from journeys.services.visitors import TYPED, join_visitor, renew_visitor


@dataclass(frozen=True, slots=True)
class Typed:
    """What came of it. Whoever typed must not be told whether it was known."""

    contact: Contact | None
    interaction: Interaction | None
    visitor: Visitor | None
    is_new_contact: bool = False


@transaction.atomic
def submit_typed_address(
    *, email: str, fields: Mapping[str, Any], report: Report, at: datetime
) -> Typed:
    """Track ``report`` for the contact with the address that somebody typed.

    Anybody can type any address. So an unknown one becomes a contact with those of
    ``fields`` that are valid, and the report's visitor becomes that contact with all
    that it did before. Of a known one nothing is changed or joined: the interaction is
    appended, and ``fields`` stand in its ``properties["typed"]`` as a proposal.

    They are kept as proposals too, for somebody to decide on. So are those of a new
    contact that it cannot have, such as another one's customer number.

    A visitor that is somebody else's starts anew. An address that cannot be one, or a
    machine with an unknown one, leaves a visitor's interaction and no contact.
    """
    [clean] = [clean_contact({"email": email}, custom_fields={})]
    key = clean.email_key
    known = Contact.everyone.addressed([key]).get(key) if key else None
    if not key or (known is None and report.is_machine):
        return Typed(None, _tracked(report, at=at), report.visitor)

    valid = _valid(fields)
    visitor, contact, is_taken_over = report.visitor, known, False
    if contact is None:
        is_taken_over = True
        contact = _made({"email": email, **valid}, report, at=at)
    if contact is None:
        is_taken_over = False
        contact = _made({"email": email}, report, at=at)
    if contact is None:
        return Typed(None, _tracked(report, at=at), visitor)
    # A second one who typed it at the same moment finds it made by the first.
    is_new = known is None and contact.created_at == at
    if visitor is not None:
        if is_new:
            visitor = join_visitor(
                visitor=visitor, contact=contact, level=TYPED, at=at, with_history=True
            )
            if visitor.contact_id is None:  # it was somebody else's
                visitor = join_visitor(
                    visitor=visitor, contact=contact, level=TYPED, at=at
                )
        elif visitor.contact_id not in (None, contact.pk):
            visitor = renew_visitor(visitor=visitor, at=at)
    properties = dict(report.properties or {})
    if valid and not (is_new and is_taken_over):
        properties["typed"] = valid
        propose_values(contact=contact, values=valid, source=report.source, at=at)
    report = replace(report, contact=contact, visitor=visitor, properties=properties)
    return Typed(contact, _tracked(report, at=at), visitor, is_new)


def _made(item: dict[str, Any], report: Report, *, at: datetime) -> Contact | None:
    found = ensure_contacts(items=[item], at=at, source=report.source)
    return found.get(Contact.key_of(item["email"]))


def _tracked(report: Report, *, at: datetime) -> Interaction | None:
    if report.contact is None and report.visitor is None:
        return None
    [outcome] = track_interactions(reports=[report], at=at)
    return outcome.interaction


def _valid(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Those that a contact could have; a company may be given by its name."""
    items = {name: value for name, value in fields.items() if value and name != "email"}
    if isinstance(items.get("company"), str):
        items["company"] = {"name": items["company"]}
    known = custom_fields() if items.get("custom") else {}
    return {
        name: value
        for name, value in items.items()
        if not clean_contact({name: value}, custom_fields=known).errors
    }
