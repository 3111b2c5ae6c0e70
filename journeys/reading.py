"""What programs hand in about interactions, read in one pass over plain data."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _

from contacts.text import BadText, clean_text
from journeys.models.interaction import Channel
from leadhub.errors import InvalidValue

UTM_KEYS = ("source", "medium", "campaign", "term", "content")
MAX_PROPERTIES = 8 * 1024
MAX_VALUE = Decimal(10) ** 12
CENT = Decimal("0.01")
_CHANNELS = frozenset(Channel.values)


class InvalidReport(InvalidValue):
    """Something about the interaction cannot be taken; ``errors`` has all of it."""

    def __init__(self, errors: list[InvalidValue]) -> None:
        super().__init__(str(errors[0]), attr=errors[0].attr)
        self.code = errors[0].code
        self.errors = errors


@dataclass(slots=True)
class CleanReport:
    """An item, checked. ``values`` are those of a ``Report`` that were given.

    Who it is about is either ``contact_id`` or ``contact``, the fields of a contact
    with an ``email``; those are not looked into any further here.
    """

    values: dict[str, Any] = field(default_factory=dict)
    contact_id: int | None = None
    contact: dict[str, Any] | None = None
    errors: list[InvalidValue] = field(default_factory=list)


def read_report(item: Any) -> CleanReport:
    """Check one interaction as the API takes it; all faults, not the first.

    Times without a zone are taken as those of ``TIME_ZONE``.
    """
    clean = CleanReport()
    if not isinstance(item, dict):
        clean.errors.append(_invalid(_("This must be an object.")))
        return clean
    values, errors = clean.values, clean.errors
    for name in ("contact", "kind"):
        if name not in item:
            errors.append(_invalid(_("This is needed."), attr=name, code="required"))
    for name, value in item.items():
        try:
            if name == "contact":
                _read_contact(value, clean)
            elif (read := READERS.get(name)) is None:
                raise _invalid(
                    _("There is no such field."), attr=str(name)[:80], code="unknown"
                )
            elif value is not None:
                values[name] = read(value)
            elif name == "kind":
                raise _invalid(_("This is needed."), attr=name, code="required")
        except InvalidReport as faults:
            errors += faults.errors
        except InvalidValue as error:
            errors.append(error)
    return clean


def clean_properties(value: Any, *, attr: str = "properties") -> dict[str, Any]:
    """Return ``value`` if it is an object of at most 8 KB whose texts can be stored.

    Raises ``InvalidValue``.
    """
    if not isinstance(value, dict):
        raise _invalid(_("This must be an object."), attr=attr)
    if len(json.dumps(value, ensure_ascii=False).encode()) > MAX_PROPERTIES:
        raise _invalid(_("At most 8 KB."), attr=attr, code="too_long")
    _check_texts(value, attr)
    return value


def clean_utm(value: Any, *, attr: str = "utm") -> dict[str, str]:
    """Return those of source, medium, campaign, term and content that say something.

    Raises ``InvalidValue``.
    """
    if not isinstance(value, dict):
        raise _invalid(_("This must be an object."), attr=attr)
    for key in value:
        if key not in UTM_KEYS:
            sentence = _("There is no such field.")
            raise _invalid(sentence, attr=f"{attr}.{key}"[:80], code="unknown")
    return {
        key: text
        for key in UTM_KEYS
        if (one := value.get(key)) is not None
        and (text := clean_text(one, attr=f"{attr}.{key}", max_length=200))
    }


def read_time(value: Any, *, attr: str = "occurred_at") -> datetime:
    """Return an ISO 8601 time in UTC. Raises ``InvalidValue``."""
    try:
        if not isinstance(value, str) or not 16 <= len(value) <= 40:
            raise ValueError
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=get_default_timezone())
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _invalid(_("A time like 2026-03-31T12:00:00Z."), attr=attr) from None


def _invalid(
    sentence: str, *, attr: str | None = None, code: str = "invalid"
) -> InvalidValue:
    error = InvalidValue(sentence, attr=attr)
    error.code = code
    return error


def _read_contact(value: Any, clean: CleanReport) -> None:
    if not isinstance(value, dict):
        raise _invalid(_("This must be an object."), attr="contact")
    if "id" in value:
        if len(value) > 1:
            sentence = _("A contact is named by its id or by its fields, not by both.")
            raise _invalid(sentence, attr="contact")
        number = value["id"]
        if not isinstance(number, int) or isinstance(number, bool):
            raise _invalid(_("This must be a whole number."), attr="contact.id")
        if not 0 < number < 2**63:
            raise _invalid(NO_CONTACT(), attr="contact.id", code="does_not_exist")
        clean.contact_id = number
        return
    if not isinstance(value.get("email"), str) or not value["email"].strip():
        sentence = _("An id or an e-mail address is needed.")
        raise _invalid(sentence, attr="contact.email", code="required")
    clean.contact = value


def NO_CONTACT() -> str:  # noqa: N802 -- a sentence, translated when it is said
    return _("There is no such contact.")


def _text(name: str, max_length: int) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        return clean_text(value, attr=name, max_length=max_length)

    return read


def _source(value: Any) -> str:
    text = clean_text(value, attr="source", max_length=80)
    if not text:
        raise _invalid(_("This is needed."), attr="source", code="required")
    return text


def _channel(value: Any) -> str:
    if not isinstance(value, str) or value not in _CHANNELS:
        sentence = _("One of: %(choices)s.") % {"choices": ", ".join(Channel.values)}
        raise _invalid(sentence, attr="channel", code="invalid_choice")
    return value


def _value(value: Any) -> Decimal:
    number = None
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            # By way of text: 12.1 is 12.10 and not its nearest binary fraction.
            number = Decimal(str(value)[:64])
        except InvalidOperation:
            number = None
    if number is None or not number.is_finite():
        raise _invalid(_("A number."), attr="value")
    if abs(number) >= MAX_VALUE:
        raise _invalid(_("This number is too large."), attr="value")
    if number != number.quantize(CENT):
        raise _invalid(_("At most two decimal places."), attr="value")
    return number.quantize(CENT)


def _check_texts(value: Any, attr: str) -> None:
    if isinstance(value, str):
        clean_text(value, attr=attr, max_length=MAX_PROPERTIES, multiline=True)
    elif isinstance(value, Mapping):
        for key, one in value.items():
            clean_text(key, attr=attr, max_length=200)
            _check_texts(one, attr)
    elif isinstance(value, list):
        for one in value:
            _check_texts(one, attr)


READERS: dict[str, Callable[[Any], Any]] = {
    "kind": _text("kind", 40),
    "occurred_at": read_time,
    "channel": _channel,
    "source": _source,
    "event_id": _text("event_id", 120),
    "url": _text("url", 2000),
    "title": _text("title", 300),
    "utm": clean_utm,
    "value": _value,
    "properties": clean_properties,
}
__all__ = [
    "BadText",
    "CleanReport",
    "InvalidReport",
    "clean_properties",
    "clean_utm",
    "read_report",
    "read_time",
]
