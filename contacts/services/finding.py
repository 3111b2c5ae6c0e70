"""Who and what a batch of contacts is about: looked up once, for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.models.company import Company
from contacts.models.contact import Contact, ContactIdentifier
from contacts.services.matching import match_companies
from contacts.services.repeating import Overtaken
from contacts.services.tags import TaggedBy
from contacts.values import CleanContact
from leadhub.errors import InvalidValue


@dataclass(slots=True)
class Draft:
    """A contact being written, with its tags, and what has become of it."""

    contact: Contact
    tags: set[str] = field(default_factory=set)
    stored_tags: set[str] = field(default_factory=set)
    is_changed: bool = False

    @property
    def is_new(self) -> bool:
        return self.contact.pk is None


@dataclass(kw_only=True)
class Finder:
    """The contacts of a batch, and those whom and what their values name.

    The number of statements does not depend on that of contacts.
    """

    at: datetime
    identifying: frozenset[str] = frozenset()
    updates_companies: bool = True

    def __post_init__(self) -> None:
        self.drafts: list[Draft] = []
        self.by_key: dict[str, Draft] = {}
        # Addresses that lead to a contact because another was merged into it.
        self.absorbed: set[str] = set()
        self.looked_up: set[str] = set()
        self.by_pk: dict[int, Draft] = {}
        self.owners: dict[int | str, User] = {}
        self.companies: dict[int, Company] = {}
        self.learned: dict[int, dict[str, list[Any]]] = {}
        self.made: dict[int, dict[str, Any]] = {}
        self.holders: dict[tuple[str, str], Draft | int] = {}
        # Contacts that look different now though nothing of theirs was written.
        self.concerned: set[int] = set()

    def load(self, contacts: Iterable[Contact]) -> None:
        """Take up contacts that exist; their rows should be locked."""
        found = {contact.pk: Draft(contact) for contact in contacts}
        tagged = TaggedBy.objects.filter(contact_id__in=found)
        for pk, name in tagged.values_list("contact_id", "tag__name") if found else ():
            found[pk].tags.add(name)
            found[pk].stored_tags.add(name)
        for draft in found.values():
            self.by_pk[draft.contact.pk] = draft
            if draft.contact.email_key:
                self.by_key[draft.contact.email_key] = draft
        self.drafts += found.values()

    def resolve(self, cleans: Sequence[CleanContact]) -> None:
        """Look up what the values name, and make companies there are not.

        What cannot be found is added to the errors.
        """
        self._find_owners(cleans)
        self._find_email_holders(cleans)
        self._find_identifier_holders(cleans)
        good = [clean for clean in cleans if not clean.errors]
        wishing = [clean for clean in good if clean.values.get("company") is not None]
        wishes = [clean.values["company"] for clean in wishing]
        if not wishes:
            return
        matched = match_companies(
            wishes, at=self.at, updates_known=self.updates_companies
        )
        for clean, company in zip(wishing, matched.companies, strict=True):
            if company is None:
                error = InvalidValue(_("There is no such company."), attr="company")
                error.code = "does_not_exist"
                clean.errors.append(error)
            else:
                self.companies[id(clean)] = company
        self.learned, self.made = matched.learned, matched.made
        if matched.learned:
            colleagues = Contact.objects.filter(company_id__in=matched.learned)
            self.concerned |= set(colleagues.values_list("pk", flat=True))

    def _find_owners(self, cleans: Sequence[CleanContact]) -> None:
        wanted = {clean.values.get("owner") for clean in cleans} - {None}
        self.owners = {u.pk: u for u in wanted if isinstance(u, User)}
        numbers = {wish for wish in wanted if isinstance(wish, int)}
        names = {wish.lower() for wish in wanted if isinstance(wish, str)}
        if numbers or names:
            # Few people work here: names are compared without case in Python.
            people = User.objects.active()
            if not names:
                people = people.filter(pk__in=numbers)
            for user in people:
                if user.pk in numbers:
                    self.owners[user.pk] = user
                for name in (user.username.lower(), user.email.lower()):
                    self.owners[name] = user
        for clean in cleans:
            wish = clean.values.get("owner")
            if wish is not None and self.owner(wish) is None:
                error = InvalidValue(_("There is no such user."), attr="owner")
                error.code = "does_not_exist"
                clean.errors.append(error)

    def owner(self, wish: User | int | str | None) -> User | None:
        if wish is None or isinstance(wish, User):
            return wish
        return self.owners.get(wish.lower() if isinstance(wish, str) else wish)

    def _find_email_holders(self, cleans: Sequence[CleanContact]) -> None:
        keys = {clean.email_key for clean in cleans} - {"", *self.by_key}
        keys -= self.looked_up
        self.looked_up |= keys
        for key, row in Contact.everyone.addressed(keys).items():
            self.by_key[key] = self.by_pk.get(row.pk) or Draft(row)
            if row.email_key != key:
                self.absorbed.add(key)

    def _find_identifier_holders(self, cleans: Sequence[CleanContact]) -> None:
        values = defaultdict(set)
        for clean in cleans:
            for key in self.identifying & clean.values.get("custom", {}).keys():
                if (value := clean.values["custom"][key]) is not None:
                    values[key].add(str(value))
        if not values:
            return
        wanted = Q(pk__in=[])
        for key, some in values.items():
            wanted |= Q(field=key, value__in=some)
        for row in ContactIdentifier.objects.filter(wanted):
            self.holders[row.field, row.value] = self.by_pk.get(
                row.contact_id, row.contact_id
            )

    def news_of_company(self, clean: CleanContact) -> dict[str, Any]:
        """What came of the company that these values name; told once for each.

        {} or its ``id``, what it was ``made`` of if it is new, and the ``changes``.
        """
        company = self.companies.get(id(clean))
        made = self.made.pop(company.pk, None) if company else None
        changes = self.learned.pop(company.pk, {}) if company else {}
        if not made and not changes:
            return {}
        return {"id": company.pk, "made": made, "changes": changes}

    def find_marked(self, cleans: Sequence[CleanContact]) -> None:
        """Look up who has the addresses and the identifying values of these."""
        self._find_email_holders(cleans)
        self._find_identifier_holders(cleans)

    def known(self, clean: CleanContact) -> Draft | None:
        """Whom the values are about: by e-mail, else by an identifying custom field.

        Raises ``Overtaken`` if somebody else has just made that contact.
        """
        if clean.email_key:
            return self.by_key.get(clean.email_key)
        holder = self.holders.get(clean.mark(self.identifying) or ("", ""))
        if isinstance(holder, int):
            raise Overtaken
        return holder
