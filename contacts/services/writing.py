"""How contacts are written: one at a time or a thousand, in the same statements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts.models import EventType, User
from accounts.services.webhook_events import tell_webhooks
from contacts.models.contact import Contact, ContactIdentifier, FieldChange
from contacts.services.finding import Draft, Finder
from contacts.services.refusals import EmailTaken, IdentifierTaken
from contacts.services.tags import store_tags
from contacts.signals import contacts_changed
from contacts.telling import news_of
from contacts.values import CleanContact
from leadhub.copying import insert_objects, update_objects

PLAIN = ("first_name", "last_name", "phone", "job_title", "language", "timezone")
COLUMNS = (
    *PLAIN,
    "email",
    "email_key",
    "email_core",
    "source",
    "company_id",
    "owner_id",
    "custom",
    "name_key",
    "search_text",
    "updated_at",
)


@dataclass(kw_only=True)
class Batch(Finder):
    """Contacts that are written together, in one transaction.

    ``load`` the ones there are, ``resolve`` what the values name, ``apply`` them in
    order, ``store``. The number of statements does not depend on that of contacts.
    """

    by: User | None
    source: str

    def __post_init__(self) -> None:
        super().__post_init__()
        self.changes: list[FieldChange] = []

    def add(self) -> Draft:
        """Take up a new contact."""
        draft = Draft(
            Contact(source=self.source, created_at=self.at, updated_at=self.at)
        )
        self.drafts.append(draft)
        return draft

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
            owner = self.owner(values["owner"])
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
        # One that it took over with another contact is that one's until it is undone.
        is_own = holder is draft and key not in self.absorbed
        if holder is not None and not is_own:
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
        insert_objects(Contact, [draft.contact for draft in new])
        update_objects(Contact, [draft.contact for draft in changed], COLUMNS)
        written = [*new, *changed]
        store_tags(
            (draft.contact.pk, draft.stored_tags, draft.tags) for draft in written
        )
        self._store_identifiers(new, changed)
        FieldChange.objects.bulk_create(self.changes)
        self.concerned |= {draft.contact.pk for draft in written}
        if written:
            told = {
                EventType.CONTACT_CREATED: (news_of(d.contact.pk) for d in new),
                EventType.CONTACT_UPDATED: (news_of(d.contact.pk) for d in changed),
            }
            tell_webhooks(news=told, at=self.at)
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
