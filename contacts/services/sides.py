"""Which of two contacts each value of the survivor comes from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from contacts.models.contact import Contact
from contacts.values import custom_fields
from leadhub.errors import InvalidValue

KEEP, MERGE = "keep", "merge"
PLAIN = ("first_name", "last_name", "email", "phone", "job_title")
MORE = ("language", "timezone", "source")
FIELDS = (*PLAIN, "company", "owner", *MORE)
COLUMNS = {"company": "company_id", "owner": "owner_id"}
CUSTOM = "custom."


@dataclass(frozen=True, slots=True)
class Choice:
    """A field that the two have different values of, and whose is kept."""

    name: str
    kept: Any
    gone: Any
    side: str

    @property
    def value(self) -> Any:
        return self.kept if self.side == KEEP else self.gone


def choices_of(
    kept: Contact, gone: Contact, values: Mapping[str, str] | None = None
) -> list[Choice]:
    """Every field that at least one has, in order; equal ones too.

    ``values`` says "keep" or "merge" by field; others are the survivor's unless it has
    none. Raises ``InvalidValue``.
    """
    values = values or {}
    keys = sorted({*kept.custom, *gone.custom})
    names = [*FIELDS, *(f"{CUSTOM}{key}" for key in keys)]
    known = {*names, *(f"{CUSTOM}{key}" for key in custom_fields())}
    for name, side in values.items():
        attr = f"values.{name}"[:80]
        if name not in known:
            error = InvalidValue(_("There is no such field."), attr=attr)
            error.code = "unknown"
            raise error
        if side not in (KEEP, MERGE):
            raise InvalidValue(_("Either keep or merge."), attr=attr)
    found = []
    for name in names:
        ours, theirs = value_of(kept, name), value_of(gone, name)
        if _is_empty(ours) and _is_empty(theirs):
            continue
        side = values.get(name) or (MERGE if _is_empty(ours) else KEEP)
        found.append(Choice(name, ours, theirs, side))
    return found


def value_of(contact: Contact, name: str) -> Any:
    if name.startswith(CUSTOM):
        return contact.custom.get(name.removeprefix(CUSTOM))
    return getattr(contact, COLUMNS.get(name, name))


def put_value(contact: Contact, name: str, value: Any) -> None:
    """On the object; not saved."""
    if not name.startswith(CUSTOM):
        setattr(contact, COLUMNS.get(name, name), value)
        return
    key = name.removeprefix(CUSTOM)
    contact.custom = {k: v for k, v in contact.custom.items() if k != key}
    if value is not None:
        contact.custom[key] = value


def _is_empty(value: Any) -> bool:
    return value in (None, "", [])
