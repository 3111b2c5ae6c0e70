"""Where one can go: the entries of the navigation, its keys and the command menu."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Entry:
    """``key`` goes there after a ``g``; ``also`` is what else is part of it."""

    url_name: str
    label: Promise
    icon: str
    key: str
    also: tuple[str, ...] = ()


ENTRIES = [
    Entry("insights:today", pgettext_lazy("page", "Today"), "sun-high", "t"),
    Entry("accounts:inbox", _("Inbox"), "inbox", "i", also=("/handoffs/",)),
    Entry(
        "contacts:list",
        _("Contacts"),
        "users",
        "c",
        also=("/companies/", "/segments/"),
    ),
    Entry(
        "journeys:list",
        _("Journeys"),
        "route",
        "j",
        also=("/phases/", "/teams/", "/links/", "/visitors/"),
    ),
    Entry("campaigns:list", _("Campaigns"), "speakerphone", "a"),
    Entry("scoring:list", _("Scoring"), "target-arrow", "s"),
    Entry("sales:deals", _("Deals"), "businessplan", "d"),
    Entry("insights:reports", _("Reports"), "chart-bar", "r"),
    Entry("accounts:settings", _("Settings"), "settings", "e", also=("/accounts/",)),
]


@dataclass(frozen=True)
class Place:
    entry: Entry
    url: str
    is_here: bool


def places(path: str) -> list[Place]:
    """The entries whose pages exist; the one that ``path`` is part of is here."""
    known = [(entry, url) for entry in ENTRIES if (url := _url(entry.url_name))]
    here = max(known, key=lambda place: _shared(path, place), default=None)
    is_anywhere = here is not None and _shared(path, here) > 0
    return [Place(*place, is_anywhere and place is here) for place in known]


def _url(name: str) -> str | None:
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


def _shared(path: str, place: tuple[Entry, str]) -> int:
    """By how many letters ``path`` begins as the place does; 0 if it is not part of it."""
    entry, url = place
    if path == url:
        return len(url)
    beginnings = [root for root in (url, *entry.also) if root != "/"]
    return max((len(root) for root in beginnings if path.startswith(root)), default=0)
