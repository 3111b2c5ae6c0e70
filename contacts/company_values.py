"""What may be handed in about a company, and the form it is kept in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from contacts.faults import UnknownField
from contacts.text import clean_text
from leadhub.errors import InvalidValue

TEXTS = {"name": 200, "industry": 100, "country": 100}
MAX_EMPLOYEES = 2**31 - 1
_DOMAIN = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}", re.IGNORECASE
)


def clean_company(data: Mapping[str, Any], *, prefix: str = "") -> dict[str, Any]:
    """Check the fields of a company. Raises ``InvalidValue`` for the first fault."""
    clean: dict[str, Any] = {}
    for key, value in data.items():
        attr = f"{prefix}{key}"
        if key in TEXTS:
            text = "" if value is None else value
            clean[key] = clean_text(text, attr=attr, max_length=TEXTS[key])
        elif key == "domain":
            clean[key] = clean_domain(value, attr=attr)
        elif key == "employees":
            clean[key] = _employees(value, attr=attr)
        else:
            raise UnknownField(_("There is no such field."), attr=attr[:80])
    return clean


def clean_domain(value: Any, *, attr: str = "domain") -> str:
    """Return ``acme.com`` of ``https://www.Acme.com/about``. Raises ``InvalidValue``."""
    text = clean_text("" if value is None else value, attr=attr, max_length=300)
    if not text:
        return ""
    host = re.sub(r"^[a-z]+://", "", text.lower()).split("/")[0].split(":")[0]
    host = host.removeprefix("www.").strip(".")
    try:
        ascii_host = host if host.isascii() else host.encode("idna").decode()
    except UnicodeError:
        ascii_host = ""
    if len(host) > 253 or not _DOMAIN.fullmatch(ascii_host):
        raise InvalidValue(_("A domain like acme.com."), attr=attr)
    return ascii_host


def _employees(value: Any, *, attr: str) -> int | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
        value = int(value.strip()[:20])
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if (
        not isinstance(value, int)
        or isinstance(value, bool)
        or not 0 <= value <= MAX_EMPLOYEES
    ):
        raise InvalidValue(_("A whole number from 0."), attr=attr)
    return value
