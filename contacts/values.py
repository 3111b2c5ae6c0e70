"""What may be handed in about a contact, and the form it is kept in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext as _
from email_validator import EmailNotValidError, validate_email

from accounts.models import User
from contacts.company_values import clean_company
from contacts.custom_values import clean_custom
from contacts.faults import UnknownField
from contacts.models.company import Company
from contacts.models.contact import Contact
from contacts.models.custom_field import CustomField
from contacts.phones import clean_phone
from contacts.text import clean_text
from leadhub.errors import InvalidValue

TEXTS = {
    "first_name": 100,
    "last_name": 100,
    "job_title": 150,
    "source": 80,
}
PREFIX = "company."
MAX_TAGS = 50
# What every server takes before the @: words of letters and digits, with dots between.
_COMMON_LOCAL = re.compile(r"(?=.{1,64}\Z)[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{2}|[a-z]{4}|\d{3}))?", re.IGNORECASE)


@dataclass(slots=True)
class CleanContact:
    """What was handed in, checked. ``values`` holds only what was given.

    In it, ``company`` is a number, a dict of checked company fields or None;
    ``owner`` a ``User``, a number, a user name or address, or None; ``tags``,
    ``add_tags`` and ``remove_tags`` are lists; ``custom`` is key -> value or None.
    """

    values: dict[str, Any] = field(default_factory=dict)
    errors: list[InvalidValue] = field(default_factory=list)
    # Of the address that was given, also when it is no longer among the values.
    email_key: str = ""

    def mark(self, identifying: Collection[str]) -> tuple[str, str] | None:
        """(key, value) of its first identifying custom field, in alphabetical order."""
        for key in sorted(identifying):
            if (value := self.values.get("custom", {}).get(key)) is not None:
                return key, str(value)
        return None


def clean_contact(
    data: Any, *, custom_fields: Mapping[str, CustomField]
) -> CleanContact:
    """Check ``data`` without looking at the database; all faults, not the first."""
    clean = CleanContact()
    if not isinstance(data, Mapping):
        clean.errors.append(InvalidValue(_("This must be an object."), attr=None))
        return clean
    for key, value in data.items():
        try:
            if key == "custom":
                clean.values[key] = _custom(value, custom_fields, clean.errors)
            elif key in TEXTS:
                clean.values[key] = clean_text(
                    "" if value is None else value, attr=key, max_length=TEXTS[key]
                )
            elif key in CLEANERS:
                clean.values[key] = CLEANERS[key](value)
            else:
                raise UnknownField(
                    _("There is no such field."), attr=str(key).strip()[:80]
                )
        except InvalidValue as error:
            clean.errors.append(error)
    clean.email_key = Contact.key_of(clean.values.get("email", ""))
    return clean


def clean_email(value: Any, *, attr: str = "email") -> str:
    """Return the address with its domain in lower case; nothing is asked of DNS.

    The local part keeps its case; ``Contact.key_of`` compares without. None and
    empty text stay empty. Raises ``InvalidValue``.
    """
    text = clean_text("" if value is None else value, attr=attr, max_length=254)
    if not text:
        return ""
    address = _address(text)
    if address is None or len(Contact.key_of(address)) > 254:
        error = InvalidValue(_("This is not an e-mail address."), attr=attr)
        error.code = "bad_email"
        raise error
    return address


def _address(text: str) -> str | None:
    """The address in its normal form; None if it is none.

    Of a common one only the domain is looked at closely, and that once.
    """
    local, _at, domain = text.rpartition("@")
    # How long one in other letters is, is for those to say who know their encodings.
    is_common = text.isascii() and _COMMON_LOCAL.fullmatch(local)
    if not is_common or len(text) > 254:
        return _rare_address(text)
    ending = _rare_address(f"a@{domain}")
    return None if ending is None else f"{local}{ending[1:]}"


@lru_cache(maxsize=4096)
def _rare_address(text: str) -> str | None:
    try:
        # Names under .test are in use on test systems; others of no use are not.
        found = validate_email(text, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return None
    return found.normalized


def _phone(value: Any) -> str:
    return clean_phone("" if value is None else value)


def _language(value: Any) -> str:
    text = clean_text("" if value is None else value, attr="language", max_length=10)
    if not text:
        return ""
    match = _LANGUAGE.fullmatch(text)
    if match is None:
        raise InvalidValue(_("A language like de or en-GB."), attr="language")
    language, region = match.groups()
    if not region:
        return language.lower()
    region = region.title() if len(region) == 4 else region.upper()
    return f"{language.lower()}-{region}"


@lru_cache(maxsize=1)
def _zones() -> dict[str, str]:
    return {name.lower(): name for name in available_timezones()}


def _timezone(value: Any) -> str:
    text = clean_text("" if value is None else value, attr="timezone", max_length=60)
    if not text:
        return ""
    if text.lower() not in _zones():
        raise InvalidValue(_("A time zone like Europe/Berlin."), attr="timezone")
    return _zones()[text.lower()]


def clean_tags(value: Any, *, attr: str = "tags") -> list[str]:
    """Lower-case words, each once, sorted. Raises ``InvalidValue``."""
    if value is None:
        return []
    if not isinstance(value, list | tuple | set):
        raise InvalidValue(_("This must be a list of words."), attr=attr)
    if len(value) > MAX_TAGS:
        sentence = _("At most %(count)s tags.") % {"count": MAX_TAGS}
        raise InvalidValue(sentence, attr=attr)
    names = {clean_text(tag, attr=attr, max_length=60).lower()[:60] for tag in value}
    if any("," in name for name in names):
        raise InvalidValue(_("A tag has no comma in it."), attr=attr)
    return sorted(names - {""})


def _owner(value: Any) -> User | int | str | None:
    if value is None or isinstance(value, User):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return _row_number(value, attr="owner")
    return clean_text(value, attr="owner", max_length=254) or None


def _row_number(value: int, *, attr: str) -> int:
    if not 0 < value < 2**63:
        error = InvalidValue(_("There is no such row."), attr=attr)
        error.code = "does_not_exist"
        raise error
    return value


def _company(value: Any) -> dict[str, Any] | int | None:
    if value is None:
        return None
    if isinstance(value, Company):
        return value.pk
    if isinstance(value, int) and not isinstance(value, bool):
        return _row_number(value, attr="company")
    if not isinstance(value, Mapping):
        raise InvalidValue(_("A company is an object or a number."), attr="company")
    if (number := value.get("id")) is not None:
        if not isinstance(number, int) or isinstance(number, bool):
            raise InvalidValue(_("A company's id is a number."), attr="company.id")
        return _row_number(number, attr="company.id")
    clean = clean_company({k: v for k, v in value.items() if k != "id"}, prefix=PREFIX)
    if not clean.get("name") and not clean.get("domain"):
        if any(clean.values()):
            sentence = _("A company needs a name or a domain.")
            raise InvalidValue(sentence, attr="company.name")
        return None
    return clean


def _custom(
    value: Any, fields: Mapping[str, CustomField], errors: list[InvalidValue]
) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise InvalidValue(_("This must be an object."), attr="custom")
    clean = {}
    for key, one in value.items():
        attr = f"custom.{key}"[:80]
        try:
            if key not in fields:
                raise UnknownField(_("There is no such field."), attr=attr)
            clean[key] = clean_custom(one, definition=fields[key], attr=attr)
        except InvalidValue as error:
            errors.append(error)
    return clean


CLEANERS = {
    "email": clean_email,
    "phone": _phone,
    "language": _language,
    "timezone": _timezone,
    "tags": clean_tags,
    "add_tags": lambda value: clean_tags(value, attr="add_tags"),
    "remove_tags": lambda value: clean_tags(value, attr="remove_tags"),
    "owner": _owner,
    "company": _company,
}


def custom_fields() -> dict[str, CustomField]:
    """All custom fields by key, in one query."""
    return {row.key: row for row in CustomField.objects.order_by("pk")}


def errors_of(items: Iterable[Any]) -> list[list[InvalidValue]]:
    """What is wrong with each of ``items``, before anything is written. One query."""
    fields = custom_fields()
    return [clean_contact(item, custom_fields=fields).errors for item in items]
