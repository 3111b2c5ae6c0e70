"""What is known of contacts as they were: company, owner, tags, consents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from accounts.models import User
from contacts.conditions.contact_fields import (
    companies_of,
    consents_of,
    owners_of,
    tags_of,
)
from contacts.conditions.fields import FieldSpec
from contacts.models.company import Company
from contacts.models.consent import Consent
from contacts.models.contact import Contact
from contacts.past import Past, register_past

# Which tags there are now does not depend on when one asks.
FOREVER = datetime.max.replace(tzinfo=UTC)


class Companies:
    """Which it was is known; of its own facts only what they are today."""

    def __init__(self, past: Past) -> None:
        self.rows = Company.objects.in_bulk(_numbers(past, "company"))

    def found(self, contact: Contact, at: datetime) -> Company | None:
        return self.rows.get(contact.company_id)

    def moments(self, contact_id: int) -> Iterable[datetime]:
        return ()  # those of the contact's fields


class Owners:
    def __init__(self, past: Past) -> None:
        owners = User.objects.only("username")
        self.rows = owners.in_bulk(_numbers(past, "owner"))

    def found(self, contact: Contact, at: datetime) -> User | None:
        return self.rows.get(contact.owner_id)

    def moments(self, contact_id: int) -> Iterable[datetime]:
        return ()


class Tags:
    def __init__(self, past: Past) -> None:
        self.past = past
        self.now = tags_of(list(past.contacts.values()), FOREVER)

    def found(self, contact: Contact, at: datetime) -> list[tuple[int, str]] | None:
        names = self.past.tags(contact, at)
        if names is None:
            return self.now.get(contact.pk)
        # A tag may be gone since; its name is what conditions ask for.
        return [(0, name) for name in names]

    def moments(self, contact_id: int) -> Iterable[datetime]:
        return ()


class Consents:
    def __init__(self, past: Past) -> None:
        self.said: dict[int, list[tuple[datetime, str, bool]]] = defaultdict(list)
        rows = Consent.objects.filter(contact__in=past.ids).order_by("at", "pk")
        for pk, *said in rows.values_list("contact", "at", "purpose", "granted"):
            self.said[pk].append(tuple(said))

    def found(self, contact: Contact, at: datetime) -> dict[str, bool] | None:
        said = self.said.get(contact.pk, ())
        return {purpose: yes for when, purpose, yes in said if when <= at} or None

    def moments(self, contact_id: int) -> Iterable[datetime]:
        return [when for when, _purpose, _yes in self.said.get(contact_id, ())]


def _numbers(past: Past, name: str) -> set[int]:
    """Of those that contacts have and had."""
    now: set[Any] = {getattr(c, f"{name}_id") for c in past.contacts.values()}
    had = {
        number
        for rows in past.changes.values()
        for row in rows
        for number in row.changes.get(name, ())
    }
    return (now | had) - {None}


def _is_a_fact(spec: FieldSpec) -> bool:
    return spec.name.startswith("company.")


def register() -> None:
    register_past(companies_of, Companies, forgets=_is_a_fact)
    register_past(owners_of, Owners)
    register_past(tags_of, Tags)
    register_past(consents_of, Consents)
