"""How what is kept as data reads."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import localize
from django.utils.timezone import localtime
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

# In this order; what else there is in a proof follows under its own name.
PARTS = {
    "how": _("Where it comes from"),
    "recorded_by": _("Recorded by"),
    "text": _("What was shown"),
    "name": _("Text"),
    "version": _("Version"),
    "language": _("Language"),
    "address": _("Address as typed"),
    "form": _("Form"),
    "url": _("Page"),
    "requested_at": _("Typed"),
    "request": _("Typed by"),
    "message_ids": _("Mails"),
    "confirmed_at": _("Confirmed"),
    "confirmation": _("Confirmed by"),
    "evidence": _("By"),
}
# Of who asked: the whole address and the browser tell all the rest.
OF_A_REQUEST = ("method", "ip", "user_agent")


def proof_lines(proof: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What proves a consent, part by part, as (name, text)."""
    names = [*PARTS, *(name for name in proof if name not in PARTS)]
    lines = [
        (str(PARTS.get(name, name)), _readable(name, proof[name]))
        for name in names
        if proof.get(name) not in (None, "", [], {})
    ]
    return [(name, text) for name, text in lines if text]


def _readable(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(str(value[key]) for key in OF_A_REQUEST if value.get(key))
    if name == "language":
        return language_name(str(value))
    if isinstance(value, list):
        return ", ".join(str(each) for each in value)
    if name.endswith("_at"):
        moment = parse_datetime(str(value))
        return str(localize(localtime(moment))) if moment else str(value)
    return str(value)


def language_name(code: str) -> str:
    """ "German" of ``de``, "German (AT)" of ``de-AT``; of another its code."""
    language, _dash, region = code.partition("-")
    try:
        name = str(get_language_info(language)["name_translated"])
    except KeyError:
        return code
    return f"{name} ({region})" if region else name
