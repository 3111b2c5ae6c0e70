"""The fields of a form as a visitor sees them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from campaigns.models import Form
from contacts.models import CustomField
from contacts.text import clean_text
from contacts.values import custom_fields
from leadhub.errors import InvalidValue

PREFIX = "custom."
MOST = 30
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


class BadFields(InvalidValue):
    code = "bad_fields"
    attr = "fields"


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


def read_fields(value: Any) -> list[dict[str, Any]]:
    """A form's fields, clean: names of a contact's, each once, the address among them.

    Raises ``BadFields``.
    """
    if not isinstance(value, list) or not 0 < len(value) <= MOST:
        raise BadFields(_("Fields are a list of at most %(most)s.") % {"most": MOST})
    customs = custom_fields()
    found: dict[str, dict[str, Any]] = {}
    for entry in value:
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not set(entry) <= {"name", "label", "required"}:
            raise BadFields(_("A field has a name, a label, and may be required."))
        key = name.removeprefix(PREFIX)
        if name not in KNOWN and not (name.startswith(PREFIX) and key in customs):
            raise BadFields(_("There is no field %(name)s.") % {"name": name[:60]})
        if name in found:
            raise BadFields(_("%(name)s stands there twice.") % {"name": name})
        label = clean_text(entry.get("label") or name, attr="fields", max_length=200)
        is_required = entry.get("required", False)
        if not isinstance(is_required, bool):
            raise BadFields(_("Required is true or false."))
        found[name] = {"name": name, "label": label or name, "required": is_required}
    if "email" not in found:
        raise BadFields(_("A form asks for the e-mail address."))
    return list(found.values())


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
