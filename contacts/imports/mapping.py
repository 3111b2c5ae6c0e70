"""Which column is which field, and what a row says about a contact."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.imports.new_fields import IDENTIFIER, TYPES
from contacts.models.custom_field import CustomField
from contacts.text import folded
from leadhub.errors import InvalidValue

FIELDS = {
    "email": gettext_lazy("E-mail"),
    "first_name": gettext_lazy("First name"),
    "last_name": gettext_lazy("Last name"),
    "phone": gettext_lazy("Phone"),
    "job_title": gettext_lazy("Job title"),
    "company.name": gettext_lazy("Company"),
    "company.domain": gettext_lazy("Company: domain"),
    "company.industry": gettext_lazy("Company: industry"),
    "company.employees": gettext_lazy("Company: employees"),
    "company.country": gettext_lazy("Company: country"),
    "owner": gettext_lazy("Owner"),
    "tags": gettext_lazy("Tags"),
    "language": gettext_lazy("Language"),
    "timezone": gettext_lazy("Time zone"),
    "source": gettext_lazy("Source"),
}
# What columns are called elsewhere, in letters and digits only.
GUESSES = {
    "email": "email emailaddress mail mailadresse emailadresse",
    "first_name": "firstname vorname givenname forename",
    "last_name": "lastname nachname surname familyname name",
    "phone": "phone telephone telefon tel mobile handy phonenumber telefonnummer",
    "job_title": "jobtitle title position role funktion titel",
    "company.name": "company companyname organization organisation firma unternehmen account",
    "company.domain": "domain website companydomain",
    "company.industry": "industry branche",
    "company.employees": "employees companysize mitarbeiter",
    "company.country": "country land",
    "owner": "owner rep assignedto zustandig besitzer",
    "tags": "tags labels schlagworte schlagworter",
    "language": "language sprache",
    "timezone": "timezone zeitzone",
    "source": "source leadsource quelle herkunft",
}


class UnknownColumn(InvalidValue):
    code = "unknown_column"
    attr = "mapping"


class UnknownTarget(InvalidValue):
    code = "unknown_field"
    attr = "mapping"


def guess(
    columns: Sequence[str], *, custom_fields: Mapping[str, CustomField]
) -> dict[str, str]:
    """column -> field as far as the names tell; "" for the others. No field twice."""
    named = {word: field for field, words in GUESSES.items() for word in words.split()}
    named |= {_letters(field): field for field in FIELDS}
    own: dict[str, str] = {}
    for key, field in custom_fields.items():
        for name in (f"custom.{key}", key, field.label):
            own.setdefault(_letters(name), f"custom.{key}")
    named = own | named
    found: dict[str, str] = {}
    for column in columns:
        field = named.get(_letters(column), "")
        found[column] = "" if field in found.values() else field
    if not {"company.name", "company.domain"} & set(found.values()):
        # A person's country, then: a company is told by its name or domain.
        found = {
            column: own.get(_letters(column), "")
            if field.startswith("company.")
            else field
            for column, field in found.items()
        }
    return found


def checked(
    mapping: Mapping[str, str],
    *,
    columns: Sequence[str],
    custom_fields: Mapping[str, CustomField],
) -> dict[str, str]:
    """The mapping without columns that are left out.

    ``new.<type>`` stands for a field that is to be made. It needs a field by which
    contacts are told apart. Raises ``UnknownColumn``, ``UnknownTarget`` and
    ``InvalidValue``.
    """
    taken: dict[str, str] = {}
    for column, field in mapping.items():
        if not field:
            continue
        if column not in columns:
            names = {"column": column, "columns": ", ".join(columns)}
            sentence = _("There is no column “%(column)s”. There are: %(columns)s.")
            raise UnknownColumn(sentence % names)
        family, _dot, name = field.partition(".")
        is_new = family == "new" and name in TYPES
        is_custom = family == "custom" and name in custom_fields
        if not (field in FIELDS or is_new or is_custom):
            sentence = _("There is no field “%(field)s”.")
            raise UnknownTarget(sentence % {"field": field})
        if field in taken.values() and not is_new:
            sentence = _("Two columns cannot both be %(field)s.")
            raise InvalidValue(sentence % {"field": field}, attr="mapping")
        taken[column] = field
    marks = {f"custom.{k}" for k, field in custom_fields.items() if field.is_identifier}
    if not ({"email", f"new.{IDENTIFIER}"} | marks) & set(taken.values()):
        sentence = _(
            "Say which column has the e-mail address, or another field that "
            "identifies a contact."
        )
        raise InvalidValue(sentence, attr="mapping")
    return taken


def item_of(
    cells: Sequence[str],
    *,
    columns: Sequence[str],
    mapping: Mapping[str, str],
    tags: Iterable[str] = (),
) -> dict[str, Any]:
    """What a row says, as data of a contact. Empty cells say nothing."""
    item: dict[str, Any] = {}
    for column, cell in zip(columns, cells, strict=False):
        field, value = mapping.get(column, ""), unescaped(cell.strip())
        if not field or not value:
            continue
        family, _dot, key = field.partition(".")
        if field == "tags":
            item["add_tags"] = [tag for tag in re.split(r"[,;|]", value) if tag.strip()]
        elif key:
            item.setdefault(family, {})[key] = value
        else:
            item[field] = value
    if names := list(tags):
        item["add_tags"] = [*item.get("add_tags", []), *names]
    return item


def unescaped(text: str) -> str:
    """Without the apostrophe that exports put before what looks like a formula."""
    if text[:1] != "'":
        return text
    return text[1:] if re.match(rf"'{FORMULA}", text) else text


def escaped(text: str) -> str:
    """As a spreadsheet shows it and does not compute it. Plain numbers stay.

    What has an apostrophe there already gets another one, so it comes back as it was.
    """
    if re.match(FORMULA, text) and not re.fullmatch(NUMBER, text):
        return f"'{text}"
    return text


# What computes to itself: a telephone number as E.164, and one below zero.
NUMBER = r"\+\d{5,15}|-\d+(\.\d+)?"
FORMULA = r"'*[=+\-@\t\r\0]"
# What such a text begins with; few do, so it is asked first.
MAY_COMPUTE = frozenset("'=+-@\t\r\0")


def _letters(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", folded(name))
