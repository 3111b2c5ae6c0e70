"""What the search of the command menu finds."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import scope
from contacts.models import Company, Contact
from contacts.text import folded
from journeys.models import Journey

SHOWN = 8
LONGEST = 100


def find(user: User, words: str) -> list[dict[str, Any]]:
    """Contacts, companies and journeys that the user may see, in three queries.

    Groups of ``{"label", "rows": [{"title", "subtitle", "url", "icon"}]}``, with
    ``all``, the ``label`` and ``url`` of the list of what matches, where there is one;
    empty ones are left out.
    """
    words = words.replace("\0", "").strip()[:LONGEST]
    if len(words) < 2:
        return []
    contacts = scope(user, Contact, "read").search(words).select_related("company")
    companies = scope(user, Company, "read").search(words)
    journeys = scope(user, Journey, "read").order_by("name", "pk")
    groups = [
        {
            "label": _("Contacts"),
            "rows": [
                _row(contact, contact.company, "contacts:detail", "user")
                for contact in contacts.order_by("-updated_at", "-pk")[:SHOWN]
            ],
            "all": _all(_("All contacts that match"), "contacts:list", words),
        },
        {
            "label": _("Companies"),
            "rows": [
                _row(company, company.domain, "contacts:company", "building")
                for company in companies.order_by("-updated_at", "-pk")[:SHOWN]
            ],
            "all": _all(_("All companies that match"), "contacts:companies", words),
        },
        {
            "label": _("Journeys"),
            "rows": [
                _row(journey, "", "journeys:board", "route")
                for journey in journeys
                if folded(words) in folded(journey.name)
            ],
        },
    ]
    return [group for group in groups if group["rows"]]


def _all(label: str, url_name: str, words: str) -> dict[str, str]:
    return {"label": label, "url": f"{reverse(url_name)}?{urlencode({'q': words})}"}


def _row(row: Any, subtitle: Any, url_name: str, icon: str) -> dict[str, str]:
    return {
        "title": str(row),
        "subtitle": str(subtitle or ""),
        "url": reverse(url_name, args=[row.pk]),
        "icon": icon,
    }
