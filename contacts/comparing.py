"""Two contacts side by side, as the form that merges them shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Notification, User
from contacts.merging import moving
from contacts.models.company import Company
from contacts.models.contact import Contact
from contacts.models.touch import Suppression
from contacts.phones import readable_phone
from contacts.services.sides import MERGE, Choice, choices_of
from contacts.services.strictest import Verdict, silences, verdicts

# What rows are called; apps above are known by the names of their tables only.
WORDS = {
    "journeys.interaction.contact": gettext_lazy("Interactions"),
    "journeys.phasevisit.contact": gettext_lazy("Stays in phases"),
    "journeys.visitor.contact": gettext_lazy("Browsers"),
    "campaigns.message.contact": gettext_lazy("E-mails"),
    "campaigns.enrollment.contact": gettext_lazy("Sequences"),
    "campaigns.attendance.contact": gettext_lazy("Events"),
    "campaigns.formsubmission.contact": gettext_lazy("Forms sent"),
    "campaigns.downloadgrant.contact": gettext_lazy("Downloads"),
    "sales.handoff.contact": gettext_lazy("Handoffs"),
    "sales.claim.contact": gettext_lazy("Claims"),
    "sales.deal.contact": gettext_lazy("Deals"),
    "accounts.notification.contact_id": gettext_lazy("Notifications"),
    "contacts.touchdecision.contact": gettext_lazy("Answers of the gate"),
    "contacts.proposal.contact": gettext_lazy("Proposed values"),
}
NOTIFICATIONS = "accounts.notification.contact_id"


@dataclass(frozen=True, slots=True)
class Line:
    """A field: what each has, in words, and whose is ticked."""

    name: str
    kept: str
    gone: str
    side: str

    @property
    def is_same(self) -> bool:
        return self.kept == self.gone


@dataclass(frozen=True, slots=True)
class Comparison:
    """All that somebody wants to know before they merge."""

    kept: Contact
    gone: Contact
    lines: list[Line]
    tags: list[str]
    consents: list[Verdict]
    silences: list[Suppression]
    moves: list[tuple[str, int]]

    @property
    def is_stricter(self) -> bool:
        """Whether the survivor may be sent less than before."""
        lost = any(each.kept and not each.granted for each in self.consents)
        return lost or bool(self.silences)


def compare(
    kept: Contact, gone: Contact, values: Mapping[str, str], *, at: datetime
) -> Comparison:
    """Raises ``InvalidValue`` as the verb does."""
    choices = choices_of(kept, gone, values)
    takes_address = any(c.name == "email" and c.side == MERGE for c in choices)
    tags = {tag.name for contact in (kept, gone) for tag in contact.tags.all()}
    return Comparison(
        kept=kept,
        gone=gone,
        lines=_lines(choices),
        tags=sorted(tags),
        consents=verdicts(kept, gone, takes_address=takes_address),
        silences=silences(kept, gone, at=at),
        moves=counted(dict(_counts(gone))),
    )


def counted(numbers: Mapping[str, int]) -> list[tuple[str, int]]:
    """How many of what, in words, most first; what has no word is put together."""
    found: dict[str, int] = {}
    for name, count in numbers.items():
        word = str(WORDS.get(name, _("Other")))
        if count:
            found[word] = found.get(word, 0) + count
    return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def _counts(contact: Contact) -> list[tuple[str, int]]:
    found = [
        (
            name,
            rel.related_model._base_manager.filter(
                Q(**{rel.field.name: contact.pk})
            ).count(),
        )
        for name, rel in moving()
    ]
    notices = Notification.objects.filter(contact_id=contact.pk).count()
    return [*found, (NOTIFICATIONS, notices)]


def _lines(choices: list[Choice]) -> list[Line]:
    owners = _names(User, choices, "owner")
    companies = _names(Company, choices, "company")

    def shown(name: str, value: Any) -> str:
        if value in (None, ""):
            return ""
        if name == "phone":
            return readable_phone(value)
        names = {"owner": owners, "company": companies}.get(name)
        if names is not None:
            return names.get(value, f"#{value}")
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return str(value)

    return [
        Line(c.name, shown(c.name, c.kept), shown(c.name, c.gone), c.side)
        for c in choices
    ]


def _names(model: Any, choices: list[Choice], field: str) -> dict[int, str]:
    wanted = {v for c in choices if c.name == field for v in (c.kept, c.gone) if v}
    return {pk: str(row) for pk, row in model.objects.in_bulk(wanted).items()}
