"""How contacts are written: one at a time or a thousand, in the same statements."""

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
from contacts.models.contact import Contact, ContactIdentifier, FieldChange
from contacts.services.matching import match_companies
from contacts.services.refusals import EmailTaken, IdentifierTaken
from contacts.services.repeating import Overtaken
from contacts.services.tags import TaggedBy, store_tags
from contacts.signals import contacts_changed
from contacts.values import CleanContact
from leadhub.errors import InvalidValue

PLAIN = ("first_name", "last_name", "phone", "job_title", "language", "timezone")
COLUMNS = (
    *PLAIN,
    "email",
    "email_key",
    "source",
    "company",
    "owner",
    "custom",
    "name_key",
    "search_text",
    "updated_at",
)


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


@dataclass
class Batch:
    """Contacts that are written together, in one transaction.

    ``load`` the ones there are, ``resolve`` what the values name, ``apply`` them in
    order, ``store``. The number of statements does not depend on that of contacts.
    """

    by: User | None
    at: datetime
    source: str
    identifying: frozenset[str] = frozenset()
    updates_companies: bool = True

    def __post_init__(self) -> None:
        self.drafts: list[Draft] = []
        self.by_key: dict[str, Draft] = {}
        self.by_pk: dict[int, Draft] = {}
        self.owners: dict[int | str, User] = {}
        self.companies: dict[int, Company] = {}
        self.holders: dict[tuple[str, str], Draft | int] = {}
        self.changes: list[FieldChange] = []
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

    def add(self) -> Draft:
        """Take up a new contact."""
        draft = Draft(
            Contact(source=self.source, created_at=self.at, updated_at=self.at)
        )
        self.drafts.append(draft)
        return draft

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
        if matched.updated:
            colleagues = Contact.objects.filter(company_id__in=matched.updated)
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
            if wish is not None and self._owner(wish) is None:
                error = InvalidValue(_("There is no such user."), attr="owner")
                error.code = "does_not_exist"
                clean.errors.append(error)

    def _owner(self, wish: User | int | str | None) -> User | None:
        if wish is None or isinstance(wish, User):
            return wish
        return self.owners.get(wish.lower() if isinstance(wish, str) else wish)

    def _find_email_holders(self, cleans: Sequence[CleanContact]) -> None:
        keys = {clean.email_key for clean in cleans} - {"", *self.by_key}
        for row in Contact.objects.filter(email_key__in=keys) if keys else ():
            self.by_key[row.email_key] = self.by_pk.get(row.pk) or Draft(row)

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

    def find_marked(self, cleans: Sequence[CleanContact]) -> None:
        """Look up who has the identifying values of these."""
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

    def apply(self, draft: Draft, clean: CleanContact) -> dict[str, list[Any]]:
        """Put the values on the contact; return field -> [before, after].

        Companies and owners are given by number, custom fields as ``custom.<key>``.
        Raises ``EmailTaken`` or ``IdentifierTaken`` before anything is put.
        """
        values = clean.values
        self._check_email(draft, values)
        self._check_identifiers(draft, values)
        contact, changes = draft.contact, {}

        def put(name: str, value: Any, column: str | None = None) -> None:
            before = getattr(contact, column or name)
            if before != value:
                changes[name] = [before, value]
                setattr(contact, column or name, value)

        for name in PLAIN:
            if name in values:
                put(name, values[name])
        if values.get("source") or ("source" in values and not draft.is_new):
            put("source", values["source"])
        if "email" in values:
            put("email", values["email"])
            self._move_key(draft, clean.email_key)
        if "owner" in values:
            owner = self._owner(values["owner"])
            put("owner", owner.pk if owner else None, "owner_id")
            contact.owner = owner
        if "company" in values:
            company = self.companies.get(id(clean))
            put("company", company.pk if company else None, "company_id")
            contact.company = company
        self._put_custom(draft, values.get("custom", {}), changes)
        self._put_tags(draft, values, changes)
        if changes:
            contact.updated_at = self.at
            contact.refresh_keys()
            if not draft.is_new:
                draft.is_changed = True
                self.changes.append(
                    FieldChange(
                        contact=contact,
                        by=self.by,
                        at=self.at,
                        source=self.source[:80],
                        changes=changes,
                    )
                )
        return changes

    def _check_email(self, draft: Draft, values: dict[str, Any]) -> None:
        key = Contact.key_of(values.get("email", ""))
        holder = self.by_key.get(key) if key else None
        if holder is not None and holder is not draft:
            raise EmailTaken(holder.contact, by=self.by)

    def _move_key(self, draft: Draft, key: str) -> None:
        if draft.contact.email_key:
            self.by_key.pop(draft.contact.email_key, None)
        draft.contact.email_key = key or None
        if key:
            self.by_key[key] = draft

    def _check_identifiers(self, draft: Draft, values: dict[str, Any]) -> None:
        for key in self.identifying & values.get("custom", {}).keys():
            value = values["custom"][key]
            holder = self.holders.get((key, str(value)))
            if value is not None and holder is not None and holder is not draft:
                raise IdentifierTaken(key)

    def _put_custom(
        self, draft: Draft, custom: dict[str, Any], changes: dict[str, list[Any]]
    ) -> None:
        kept = draft.contact.custom
        for key, value in custom.items():
            before = kept.get(key)
            if before == value and type(before) is type(value):
                continue
            changes[f"custom.{key}"] = [before, value]
            if key in self.identifying:
                self.holders.pop((key, str(before)), None)
                if value is not None:
                    self.holders[key, str(value)] = draft
            kept = {k: v for k, v in kept.items() if k != key}
            if value is not None:
                kept[key] = value
        draft.contact.custom = kept

    def _put_tags(
        self, draft: Draft, values: dict[str, Any], changes: dict[str, list[Any]]
    ) -> None:
        after = set(values["tags"]) if "tags" in values else set(draft.tags)
        after |= set(values.get("add_tags", ()))
        after -= set(values.get("remove_tags", ()))
        if after != draft.tags:
            changes["tags"] = [sorted(draft.tags), sorted(after)]
            draft.tags = after

    def store(self) -> None:
        """Write what was applied, and tell the apps above."""
        new = [draft for draft in self.drafts if draft.is_new]
        changed = [draft for draft in self.drafts if draft.is_changed]
        # In the order of the key: two batches must not wait for each other.
        new.sort(key=lambda draft: draft.contact.email_key or "")
        Contact.objects.bulk_create([draft.contact for draft in new])
        if changed:
            # One statement for rows that each get other values; they are locked.
            Contact.objects.bulk_create(
                [draft.contact for draft in changed],
                update_conflicts=True,
                unique_fields=["id"],
                update_fields=COLUMNS,
            )
        written = [*new, *changed]
        store_tags(
            (draft.contact.pk, draft.stored_tags, draft.tags) for draft in written
        )
        self._store_identifiers(new, changed)
        FieldChange.objects.bulk_create(self.changes)
        self.concerned |= {draft.contact.pk for draft in written}
        if self.concerned:
            contacts_changed.send(
                sender=Contact, contact_ids=self.concerned, at=self.at
            )

    def _store_identifiers(self, new: list[Draft], changed: list[Draft]) -> None:
        if not self.identifying:
            return
        # Those whose values have changed: all of theirs anew.
        touched = {
            change.contact.pk
            for change in self.changes
            if any(f"custom.{key}" in change.changes for key in self.identifying)
        }
        if touched:
            ContactIdentifier.objects.filter(contact_id__in=touched).delete()
        ContactIdentifier.objects.bulk_create(
            ContactIdentifier(
                contact=draft.contact, field=key, value=str(draft.contact.custom[key])
            )
            for draft in [*new, *(d for d in changed if d.contact.pk in touched)]
            for key in sorted(self.identifying & draft.contact.custom.keys())
        )
