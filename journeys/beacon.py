"""What the snippet on other people's sites may say, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any
from unicodedata import normalize
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from journeys.models.interaction import Kind
from journeys.reading import UTM_KEYS
from leadhub.rest.parsers import parse_json

MAX_BYTES = 16 * 1024
CLICK_PARAMETER = "lhc"
CONSENT = "consent"
# What only we ourselves, or programs with a token, may say has happened.
NOT_OF_SITES = frozenset(
    {
        Kind.EMAIL_SENT,
        Kind.EMAIL_OPEN,
        Kind.EMAIL_CLICK,
        Kind.EMAIL_REPLY,
        Kind.EMAIL_BOUNCE,
        Kind.UNSUBSCRIBE,
        Kind.CALL_OUTBOUND,
        Kind.CALL_INBOUND,
        Kind.MEETING,
        Kind.NOTE,
    }
)
FORM_FIELDS = {
    "email": 254,
    "first_name": 100,
    "last_name": 100,
    "phone": 32,
    "job_title": 150,
    "company": 200,
}
KEYS = {
    "kind",
    "id",
    "url",
    "title",
    "referrer",
    "visitor",
    "consent",
    "consent_text",
    "click",
    "properties",
    "form",
}
MAX_PROPERTIES = 30
MAX_PROPERTY = 500
MAX_QUERY_FIELDS = 100
_KIND = re.compile(r"[A-Za-z0-9_-]{1,40}")
_EVENT_ID = re.compile(r"[A-Za-z0-9_-]{8,40}")
_VISITOR = re.compile(r"[0-9a-f]{32}")
_CLICK = re.compile(r"[A-Za-z0-9_:-]{20,120}")
_UNWANTED = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+"
)


class BadBeacon(ValueError):
    """Not what the snippet sends."""


@dataclass(slots=True)
class Beacon:
    """One message of the snippet. ``visitor`` is the secret of its cookie."""

    kind: str
    event_id: str
    url: str
    title: str = ""
    referrer: str = ""
    visitor: str = ""
    consents: bool | None = None
    consent_text: str = ""
    click: str = ""
    utm: dict[str, str] = field(default_factory=dict)
    properties: dict[str, Any] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)


def read_beacon(body: bytes) -> Beacon:
    """Read a message of at most 16 KB. Raises ``BadBeacon`` with the reason.

    Texts are tidied and cut rather than refused; everything else must be as the
    snippet sends it.
    """
    if len(body) > MAX_BYTES:
        raise BadBeacon("too large")
    try:
        data = parse_json(body)
    except (ValueError, RecursionError) as error:
        raise BadBeacon("not JSON") from error
    if not isinstance(data, dict) or not data.keys() <= KEYS:
        raise BadBeacon("unknown keys")
    kind = _matching(data, "kind", _KIND)
    if kind in NOT_OF_SITES:
        raise BadBeacon("not for a site to say")
    consents = data.get("consent")
    if consents is not None and not isinstance(consents, bool):
        raise BadBeacon("consent")
    url, utm = read_address(_text(data, "url", 8000))
    return Beacon(
        kind=kind,
        event_id=_matching(data, "id", _EVENT_ID),
        url=url,
        utm=utm,
        title=_text(data, "title", 300),
        referrer=_text(data, "referrer", 2000),
        visitor=_matching(data, "visitor", _VISITOR) if data.get("visitor") else "",
        consents=consents,
        consent_text=_text(data, "consent_text", 500),
        click=_matching(data, "click", _CLICK) if data.get("click") else "",
        properties=_properties(data.get("properties")),
        form=_form(data.get("form")),
    )


def tidy(text: str, max_length: int) -> str:
    """``text`` in NFC without control characters, cut to ``max_length``."""
    text = _UNWANTED.sub(" ", text[: 4 * max_length])
    return normalize("NFC", text).strip()[:max_length].strip()


def _text(data: dict[str, Any], name: str, max_length: int) -> str:
    value = data.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadBeacon(name)
    return tidy(value, max_length)


def _matching(data: dict[str, Any], name: str, pattern: re.Pattern[str]) -> str:
    value = data.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise BadBeacon(name)
    return value


def read_address(url: str) -> tuple[str, dict[str, str]]:
    """The page without its fragment, our click and a password; and its utm.

    Raises ``BadBeacon``.
    """
    try:
        parts = urlsplit(url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise BadBeacon("url")
        # Reading it is what checks it.
        port = "" if parts.port is None else f":{parts.port}"
        fields = parse_qsl(
            parts.query, keep_blank_values=True, max_num_fields=MAX_QUERY_FIELDS
        )
    except ValueError as error:
        raise BadBeacon("url") from error
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    utm = {
        key: text
        for key in UTM_KEYS
        for name, value in fields
        if name == f"utm_{key}" and (text := tidy(value, 200))
    }
    query = parts.query
    if any(name == CLICK_PARAMETER for name, _value in fields):
        query = urlencode([one for one in fields if one[0] != CLICK_PARAMETER])
    address = urlunsplit((parts.scheme, host + port, parts.path, query, ""))
    return tidy(address, 2000), utm


def _properties(value: Any) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > MAX_PROPERTIES:
        raise BadBeacon("properties")
    clean = {}
    for name, one in value.items():
        if isinstance(one, str):
            one = tidy(one, MAX_PROPERTY)
        elif not (one is None or isinstance(one, bool | int | float)):
            raise BadBeacon("properties")
        if key := tidy(name, 60):
            clean[key] = one
    return clean


def _form(value: Any) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not value.keys() <= FORM_FIELDS.keys():
        raise BadBeacon("form")
    return {
        name: text
        for name, length in FORM_FIELDS.items()
        if (text := _text(value, name, length))
    }
