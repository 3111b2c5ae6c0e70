"""What interests a contact, as of a moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from campaigns.interests import strength_at
from campaigns.models.interest import Interest
from campaigns.selectors.values import register_values
from contacts.models import Contact

# Weaker ones are not worth a word: less than one page seen a half-life ago.
FAINT = 0.5
# From here on it is called so, in the interface: strong, clear, slight.
STRONG, CLEAR = 6.0, 3.0


@dataclass(frozen=True, slots=True)
class InterestNow:
    """One interest at a moment; ``share`` is relative to the strongest, 0 to 1."""

    topic: str
    slug: str
    strength: float
    share: float
    count: int
    last_at: datetime

    @property
    def word(self) -> str:
        if self.strength >= STRONG:
            return str(_("strong"))
        return str(_("clear")) if self.strength >= CLEAR else str(_("slight"))


def interests_of(contact: Contact, *, at: datetime) -> list[InterestNow]:
    """The contact's interests, strongest first, without faint ones. One query."""
    return interests_of_each([contact], at=at).get(contact.pk, [])


def interests_of_each(
    contacts: Collection[Contact], *, at: datetime
) -> dict[int, list[InterestNow]]:
    """Contact id -> its interests, of those that have any. One query."""
    rows: dict[int, list[Interest]] = defaultdict(list)
    stored = Interest.objects.filter(contact__in=[contact.pk for contact in contacts])
    for row in stored.select_related("topic"):
        rows[row.contact_id].append(row)
    return {pk: _ranked(of_contact, at=at) for pk, of_contact in rows.items()}


def _ranked(rows: Collection[Interest], *, at: datetime) -> list[InterestNow]:
    found = [(strength_at(row.level, row.half_life_days, at), row) for row in rows]
    found = [(strength, row) for strength, row in found if strength >= FAINT]
    found.sort(key=lambda pair: (-pair[0], pair[1].topic_id))
    most = found[0][0] if found else 1.0
    return [
        InterestNow(
            topic=row.topic.name,
            slug=row.topic.slug,
            strength=strength,
            share=strength / most,
            count=row.count,
            last_at=row.last_at,
        )
        for strength, row in found
    ]


def top_interests(contacts: Collection[Contact]) -> dict[int, dict[str, str]]:
    each = interests_of_each(contacts, at=timezone.now())
    return {
        pk: {"top_interest": found[0].topic if found else ""}
        for pk, found in each.items()
    }


def register() -> None:
    register_values({"top_interest": _("Strongest interest")}, top_interests)
