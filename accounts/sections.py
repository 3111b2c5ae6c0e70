"""What there is to set, wherever it stands: what the search of the settings finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Section:
    """A page of settings: its name, what is set there, and what depends on it."""

    route: str
    label: Any
    hint: Any
    # Who does not run marketing would only be refused there.
    for_marketing: bool = False
    for_administrators: bool = False

    @property
    def url(self) -> str:
        return reverse(self.route)


# Those of apps above are known by their address only.
SECTIONS = (
    Section(
        "accounts:settings",
        _("My profile"),
        _("Name, language, theme, absence. Who is absent gets no handoffs."),
    ),
    Section("account_change_password", _("Password"), _("The one you sign in with.")),
    Section(
        "mfa_index",
        _("Two-factor sign-in"),
        _("Authenticator app and recovery codes."),
    ),
    Section(
        "accounts:people",
        _("People"),
        _("Invite colleagues, roles, who may sign in."),
    ),
    Section(
        "journeys:teams",
        _("Teams"),
        _("Who belongs to which team. Handoffs go to their members."),
    ),
    Section(
        "sales:promises",
        _("Promises"),
        _("How fast leads are answered, working hours of the company, holidays."),
        for_administrators=True,
    ),
    Section(
        "sales:territories",
        _("Territories"),
        _("Whose leads are which, and a dry run of who would get a contact."),
    ),
    Section(
        "sales:deal_settings",
        _("Deals and offers"),
        _("Stages and their probability, tax, validity, the needs analysis."),
    ),
    Section(
        "contacts:custom_fields",
        _("Fields"),
        _("Own fields of contacts. Imports, segments and rules use them."),
    ),
    Section(
        "accounts:tokens",
        _("API"),
        _("Tokens and what they may do. Programs sign in with them."),
    ),
    Section(
        "accounts:webhooks",
        _("Webhooks"),
        _("Programs elsewhere that are told of contacts, handoffs and consents."),
        for_administrators=True,
    ),
    Section(
        "campaigns:sender",
        _("Sender"),
        _("From whom mails come, imprint, quiet hours, how many mails a week."),
        for_marketing=True,
    ),
    Section(
        "campaigns:consent_texts",
        _("Consent texts"),
        _("What forms ask permission for."),
        for_marketing=True,
    ),
    Section(
        "contacts:suppressions",
        _("Do not mail"),
        _("Addresses that are never written to."),
    ),
    Section(
        "scoring:list",
        _("Scoring"),
        _("Threshold, points, half-life. Who becomes sales-ready depends on them."),
    ),
)


def find_sections(words: str, *, user: User) -> list[Section]:
    """Those whose name or hint has all the words, in the reader's language."""
    wanted = words.casefold().split()
    return [
        section
        for section in SECTIONS
        if (user.runs_marketing or not section.for_marketing)
        and (user.is_administrator or not section.for_administrators)
        and all(word in f"{section.label} {section.hint}".casefold() for word in wanted)
        and _exists(section)
    ]


def _exists(section: Section) -> bool:
    try:
        return bool(section.url)
    except NoReverseMatch:
        return False
