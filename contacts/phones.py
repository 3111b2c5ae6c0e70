"""Telephone numbers."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import phonenumbers
from django.utils.translation import gettext as _
from phonenumbers import NumberParseException, PhoneNumberFormat

from contacts.text import clean_text
from leadhub.errors import InvalidValue

# Where a number without a country code is taken to be.
REGION = "DE"


class BadPhone(InvalidValue):
    code = "bad_phone"


def clean_phone(value: Any, *, attr: str = "phone", region: str = REGION) -> str:
    """Return the number as E.164 (``+493012345``), with ``;ext=`` if it has one.

    Empty text stays empty. Raises ``BadPhone``.
    """
    text = clean_text(value, attr=attr, max_length=60)
    if not text:
        return ""
    number = _e164(text, region)
    if number is None or len(number) > 32:
        raise BadPhone(_("This is not a telephone number."), attr=attr)
    return number


@lru_cache(maxsize=4096)
def _e164(text: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(text, region)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    plain = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{plain};ext={number.extension}" if number.extension else plain


def readable_phone(number: str) -> str:
    """``+49 30 12345`` of ``+493012345``; anything else as it stands."""
    try:
        parsed = phonenumbers.parse(number.replace(";ext=", " ext. "))
    except NumberParseException:
        return number
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL)
