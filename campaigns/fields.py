"""The fields of a form as a visitor sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from campaigns.models import Form
from contacts.models import CustomField
from contacts.values import custom_fields

PREFIX = "custom."
TYPES = {
    CustomField.Type.NUMBER: "number",
    CustomField.Type.DATE: "date",
    CustomField.Type.BOOLEAN: "checkbox",
    CustomField.Type.CHOICE: "select",
}
# What a visitor may say of themselves: name -> (type of the input, autocomplete).
KNOWN = {
    "email": ("email", "email"),
    "first_name": ("text", "given-name"),
    "last_name": ("text", "family-name"),
    "phone": ("tel", "tel"),
    "job_title": ("text", "organization-title"),
    "language": ("text", "language"),
    "company": ("text", "organization"),
    "company.name": ("text", "organization"),
    "company.domain": ("text", "off"),
    "company.industry": ("text", "off"),
    "company.employees": ("number", "off"),
    "company.country": ("text", "country"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One input. ``id`` is what its label and its error point at."""

    name: str
    label: str
    type: str
    autocomplete: str = "off"
    is_required: bool = False
    choices: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return f"field-{self.name.replace('.', '-')}"


def fields_of(form: Form) -> list[Field]:
    """The form's inputs in order; one query if any is a custom field.

    A field that no longer exists is left out: a visitor can do nothing about it.
    """
    wanted = [entry["name"] for entry in form.fields]
    has_custom = any(name.startswith(PREFIX) for name in wanted)
    customs = custom_fields() if has_custom else {}
    found = [_field(entry, customs) for entry in form.fields]
    return [field for field in found if field is not None]


def data_of(values: Mapping[str, str], names: Iterable[str]) -> dict[str, Any]:
    """What was typed, as data of a contact: "company.name" stands in "company"."""
    data: dict[str, Any] = {}
    for name in names:
        value = values.get(name, "").strip()
        family, _dot, key = name.partition(".")
        if name == "company":
            key = "name"
        if value and key:
            data.setdefault(family, {})[key] = value
        elif value:
            data[name] = value
    return data


def _field(entry: dict, customs: dict[str, CustomField]) -> Field | None:
    name = entry["name"]
    is_required = bool(entry.get("required")) or name == "email"
    label = entry.get("label") or name
    if name in KNOWN:
        kind, autocomplete = KNOWN[name]
        return Field(name, label, kind, autocomplete, is_required)
    definition = customs.get(name.removeprefix(PREFIX))
    if definition is None or not name.startswith(PREFIX):
        return None
    choices = tuple(str(choice) for choice in definition.choices or ())
    kind = TYPES.get(definition.type, "text")
    return Field(name, label, kind, "off", is_required, choices)
