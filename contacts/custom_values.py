"""Values of custom fields, by the type of the field."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from contacts.models.custom_field import CustomField
from contacts.text import clean_text
from leadhub.errors import InvalidValue

_TRUE = {"true", "yes", "y", "1", "on", "ja"}
_FALSE = {"false", "no", "n", "0", "off", "nein"}


def clean_custom(value: Any, *, definition: CustomField, attr: str) -> Any:
    """Return ``value`` as its field is typed; None where it is empty.

    Numbers, dates and yes or no are also read from text. Raises ``InvalidValue``.
    """
    if value is None or value == "":
        return None
    if definition.type == CustomField.Type.BOOLEAN:
        return _boolean(value, attr=attr)
    if definition.type == CustomField.Type.NUMBER:
        return _number(value, attr=attr)
    if definition.type == CustomField.Type.DATE:
        return _date(value, attr=attr)
    text = clean_text(
        str(value)
        if isinstance(value, int | float) and not isinstance(value, bool)
        else value,
        attr=attr,
        max_length=200 if definition.is_identifier else 1000,
        multiline=not definition.is_identifier,
    )
    if definition.type == CustomField.Type.CHOICE and text not in definition.choices:
        choices = ", ".join(str(choice) for choice in definition.choices)
        sentence = _("One of: %(choices)s.") % {"choices": choices}
        raise InvalidValue(sentence, attr=attr)
    return text or None


def _boolean(value: Any, *, attr: str) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().lower()
    if word not in _TRUE | _FALSE:
        raise InvalidValue(_("Yes or no."), attr=attr)
    return word in _TRUE


def _number(value: Any, *, attr: str) -> int | float:
    if isinstance(value, str) and len(value) <= 40:
        try:
            value = float(value.strip())
        except ValueError:
            value = None
    if (
        not isinstance(value, int | float)
        or isinstance(value, bool)
        or not math.isfinite(value)
        or abs(value) > 1e15
    ):
        raise InvalidValue(_("A number."), attr=attr)
    return int(value) if float(value).is_integer() else value


def _date(value: Any, *, attr: str) -> str:
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    try:
        return date.fromisoformat(str(value).strip()[:40]).isoformat()
    except ValueError:
        raise InvalidValue(_("A date like 2026-03-31."), attr=attr) from None
