"""Where one can go: the entries of the navigation, its keys and the command menu."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Entry:
    """``key`` goes there after a ``g``."""

    url_name: str
    label: Promise
    icon: str
    key: str


ENTRIES = [
    Entry("insights:today", pgettext_lazy("page", "Today"), "sun-high", "t"),
    Entry("accounts:inbox", _("Inbox"), "inbox", "i"),
    Entry("contacts:list", _("Contacts"), "users", "c"),
    Entry("journeys:list", _("Journeys"), "route", "j"),
    Entry("campaigns:list", _("Campaigns"), "speakerphone", "a"),
    Entry("scoring:list", _("Scoring"), "target-arrow", "s"),
    Entry("sales:deals", _("Deals"), "businessplan", "d"),
    Entry("insights:reports", _("Reports"), "chart-bar", "r"),
    Entry("accounts:settings", _("Settings"), "settings", "e"),
]


@dataclass(frozen=True)
class Place:
    entry: Entry
    url: str
    is_here: bool


def places(path: str) -> list[Place]:
    """The entries whose pages exist; the one that ``path`` is part of is here."""
    known = [(entry, url) for entry in ENTRIES if (url := _url(entry.url_name))]
    here = max((url for _, url in known if _is_below(path, url)), key=len, default=None)
    return [Place(entry, url, url == here) for entry, url in known]


def _url(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def _is_below(path: str, url: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))
