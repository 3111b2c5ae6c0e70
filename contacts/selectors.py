"""Reads about contacts that cross tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from accounts.models import User
from contacts.models.company import Company
from contacts.models.consent import Consent
from contacts.models.contact import Contact, FieldChange, Tag
from contacts.models.custom_field import CustomField


def tags_in_use(*, size: int = 200) -> list[str]:
    return list(Tag.objects.order_by("name").values_list("name", flat=True)[:size])


def current_consents(contact: Contact) -> list[Consent]:
    """The latest word on each purpose that there is one on, in one query."""
    latest: dict[str, Consent] = {}
    for consent in contact.consents.order_by("-at", "-pk"):
        latest.setdefault(consent.purpose, consent)
    order = [purpose.value for purpose in Consent.Purpose]
    return sorted(latest.values(), key=lambda consent: order.index(consent.purpose))


def custom_values(contact: Contact) -> list[tuple[CustomField, Any]]:
    """Every custom field with the contact's value, None where it has none."""
    fields = CustomField.objects.order_by("label", "pk")
    return [(field, contact.custom.get(field.key)) for field in fields]


def readable_history(contact: Contact, *, size: int) -> list[dict[str, Any]]:
    """The latest changes with names in place of numbers, in a fixed number of queries.

    Each is ``{"at", "by", "source", "lines": [(field, before, after)]}``.
    """
    changes = list(
        FieldChange.objects.filter(contact=contact)
        .select_related("by")
        .order_by("-at", "-pk")[:size]
    )
    owners = _names(User, changes, "owner")
    companies = _names(Company, changes, "company")
    names = {"owner": owners, "company": companies}
    return [
        {
            "at": change.at,
            "by": change.by,
            "source": change.source,
            "lines": [
                (field, *(_shown(value, names.get(field)) for value in pair))
                for field, pair in change.changes.items()
            ],
        }
        for change in changes
    ]


def readable_proposals(contact: Contact) -> list[dict[str, Any]]:
    """What was typed for the contact and waits for a decision, oldest first.

    Each is ``{"proposal", "now", "value"}`` with what stands there now.
    """
    found = []
    for row in contact.proposals.open().order_by("at", "pk"):
        family, _dot, key = row.field.partition(".")
        now = contact.custom.get(key) if key else getattr(contact, family, "")
        value = row.value
        if isinstance(value, dict):  # a company
            value = value.get("name") or value.get("domain")
        found.append({"proposal": row, "now": _shown(now, None), "value": value})
    return found


def _names(model: Any, changes: Sequence[FieldChange], field: str) -> dict[int, str]:
    wanted = {pk for change in changes for pk in change.changes.get(field, ()) if pk}
    if not wanted:
        return {}
    return {pk: str(row) for pk, row in model.objects.in_bulk(wanted).items()}


def _shown(value: Any, names: dict[int, str] | None) -> str:
    if value in (None, "", []):
        return ""
    if names is not None:
        return names.get(value, f"#{value}")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)
