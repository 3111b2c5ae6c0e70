"""Verbs about values that somebody typed for a contact without proof."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.models import Contact, Proposal
from contacts.services.contacts import update_contact
from contacts.values import clean_contact, custom_fields
from leadhub.errors import DomainError


class ProposalDecided(DomainError):
    code = "proposal_decided"


@transaction.atomic
def propose_values(
    *, contact: Contact, values: Mapping[str, Any], source: str, at: datetime
) -> int:
    """Keep ``values`` for somebody to decide on; return how many are new.

    They are data of a contact as ``update_contact`` takes them. Left out is what the
    contact has already, and what was dismissed before.
    """
    wanted = _new_to(contact, values)
    decided = Proposal.objects.filter(contact=contact, field__in=wanted)
    dismissed = [
        (row.field, row.value)
        for row in decided.filter(decision=Proposal.Decision.DISMISSED)
    ]
    rows = [
        Proposal(contact=contact, field=name, value=value, source=source[:80], at=at)
        for name, value in sorted(wanted.items())
        if (name, value) not in dismissed
    ]
    for row in rows:
        known = decided.open().filter(field=row.field)
        if not known.update(value=row.value, source=row.source, at=at):
            # Two may be typed at once: one of them stays.
            Proposal.objects.bulk_create([row], ignore_conflicts=True)
    return len(rows)


@transaction.atomic
def accept_proposal(*, proposal: Proposal, by: User, at: datetime) -> Contact:
    """Put the value on the contact, as a change by ``by``. A repeat is harmless.

    Raises ``ProposalDecided`` if it was dismissed, and what ``update_contact`` raises.
    """
    row = _locked(proposal, Proposal.Decision.ACCEPTED)
    if row.decided_at is not None:
        return row.contact
    _decide(row, Proposal.Decision.ACCEPTED, by=by, at=at)
    return update_contact(
        contact=row.contact,
        data=_data_of(row.field, row.value),
        by=by,
        at=at,
        source=row.source,
    )


@transaction.atomic
def dismiss_proposal(*, proposal: Proposal, by: User, at: datetime) -> Contact:
    """Leave the contact as it is, and do not ask again. A repeat is harmless.

    Raises ``ProposalDecided`` if it was accepted.
    """
    row = _locked(proposal, Proposal.Decision.DISMISSED)
    if row.decided_at is None:
        _decide(row, Proposal.Decision.DISMISSED, by=by, at=at)
    return row.contact


def _locked(proposal: Proposal, decision: str) -> Proposal:
    rows = Proposal.objects.select_for_update(no_key=True, of=("self",))
    row = rows.select_related("contact").get(pk=proposal.pk)
    if row.decided_at is not None and row.decision != decision:
        raise ProposalDecided(_("Somebody has decided otherwise about this value."))
    return row


def _decide(row: Proposal, decision: str, *, by: User, at: datetime) -> None:
    row.decision, row.decided_at, row.decided_by = decision, at, by
    row.save(update_fields=["decision", "decided_at", "decided_by"])


def _new_to(contact: Contact, values: Mapping[str, Any]) -> dict[str, Any]:
    """Those of ``values`` that the contact does not have, by field."""
    clean = clean_contact(values, custom_fields=custom_fields()).values
    company = contact.company.name if contact.company else ""
    found = {
        f"custom.{key}": value
        for key, value in clean.pop("custom", {}).items()
        if value is not None and contact.custom.get(key) != value
    }
    for name, value in clean.items():
        if name == "company":
            if value and value.get("name", "").casefold() != company.casefold():
                found[name] = value
        elif value and getattr(contact, name, None) != value:
            found[name] = value
    return found


def _data_of(field: str, value: Any) -> dict[str, Any]:
    family, _dot, key = field.partition(".")
    return {family: {key: value}} if key else {field: value}
