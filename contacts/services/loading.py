"""What verbs about contacts begin with: values that are checked, rows that are locked."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from accounts.models import User
from contacts.faults import InvalidContact
from contacts.models.contact import Contact
from contacts.models.custom_field import CustomField
from contacts.values import CleanContact, clean_contact, custom_fields


def checked(data: dict[str, Any]) -> tuple[CleanContact, dict[str, CustomField]]:
    """Clean values, and the custom fields if any is named. Raises ``InvalidContact``."""
    fields = custom_fields() if data.get("custom") else {}
    clean = clean_contact(data, custom_fields=fields)
    if clean.errors:
        raise InvalidContact(clean.errors)
    return clean, fields


def identifying_of(fields: dict[str, CustomField]) -> frozenset[str]:
    return frozenset(key for key, row in fields.items() if row.is_identifier)


def locked_contacts(pks: Collection[int]) -> list[Contact]:
    """In the order of their numbers: two that lock many do not wait in a circle."""
    rows = Contact.objects.select_for_update(no_key=True, of=("self",))
    return list(
        rows.filter(pk__in=pks).select_related("company", "owner").order_by("pk")
    )


def unwritable(pks: Collection[int], *, by: User | None) -> set[int]:
    """Those of these contacts that ``by`` may not write."""
    if by is None or by.runs_marketing:
        return set()
    allowed = Contact.objects.visible_to(by, "update").filter(pk__in=pks)
    return set(pks) - set(allowed.values_list("pk", flat=True))
