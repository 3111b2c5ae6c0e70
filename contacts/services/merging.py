"""Two contacts are one person: merging them, and taking that back."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import EventType, User
from accounts.services.webhook_events import tell_webhooks
from contacts.merging import Merging, parts
from contacts.models.contact import Contact, ContactIdentifier, FieldChange
from contacts.models.merge import Merge
from contacts.models.touch import TouchGuard
from contacts.services.loading import identifying_of
from contacts.services.moving import move_back, move_rows
from contacts.services.refusals import Merged
from contacts.services.repeating import Overtaken, in_one_transaction
from contacts.services.sides import MERGE, choices_of, put_value, value_of
from contacts.services.strictest import (
    keep_strictest,
    silences,
    undo_strictest,
    verdicts,
)
from contacts.services.tags import TaggedBy
from contacts.services.touches import lock_guards
from contacts.signals import contacts_changed
from contacts.telling import news_of
from contacts.values import custom_fields
from leadhub.errors import DomainError, InvalidValue

STRICTEST = "strictest"
ABSORBED = "contacts.contact.merged_into"


class SameContact(InvalidValue):
    code = "same_contact"
    attr = "merge"


class MergedAgain(DomainError):
    """The survivor was merged itself since."""

    code = "merged_again"


def merge_contacts(
    *,
    keep: Contact,
    merge: Contact,
    by: User | None,
    at: datetime,
    source: str,
    values: Mapping[str, str] | None = None,
) -> Merge:
    """Let ``keep`` go on for both; what is the other's moves, and can be taken back.

    ``values`` says for a field whether the survivor's ("keep") or the other's ("merge")
    value stays; the default is the survivor's, unless it has none. It gets the tags of
    both. The strictest consent wins. The row of the other stays, hidden: its address
    and its browsers lead to the survivor. Sends ``contacts_changed``.

    Repeating it gives the first merge back. Raises ``SameContact``, ``Merged`` if one of
    them has been merged already, ``Contact.DoesNotExist``, ``InvalidValue``.
    """
    if keep.pk == merge.pk:
        raise SameContact(_("These are one and the same contact."))
    return in_one_transaction(
        lambda: _merge(keep.pk, merge.pk, by=by, at=at, source=source, values=values)
    )


def undo_merge(*, merge: Merge, by: User | None, at: datetime) -> Merge:
    """Let the two be two again, each with what was theirs.

    What has happened since stays with the survivor; so does a value that was changed
    since. ``left`` names it. Repeating it changes nothing. Sends ``contacts_changed``.

    Raises ``MergedAgain`` if the survivor has been merged itself: that goes first.
    """
    return in_one_transaction(lambda: _undo(merge, by=by, at=at))


def _merge(
    keep_id: int,
    merge_id: int,
    *,
    by: User | None,
    at: datetime,
    source: str,
    values: Mapping[str, str] | None,
) -> Merge:
    absorbed = Contact.everyone.filter(merged_into=merge_id)
    known = set(absorbed.values_list("pk", flat=True))
    kept, gone = _locked(keep_id, merge_id, more=known)
    if not known.issuperset(absorbed.values_list("pk", flat=True)):
        raise Overtaken  # they are not locked
    if gone.merged_into_id == kept.pk:
        return Merge.objects.standing().get(gone=gone)
    for contact in (kept, gone):
        if contact.merged_into_id is not None:
            raise Merged(contact, contact.merged_into_id)
    chosen = choices_of(kept, gone, values)
    takes_address = any(c.name == "email" and c.side == MERGE for c in chosen)
    found = verdicts(kept, gone, takes_address=takes_address)
    silent = silences(kept, gone, at=at)
    row = Merge.objects.create(kept=kept, gone=gone, by=by, at=at, source=source[:80])
    merging = Merging(row, kept, gone, by, at)
    noted = {name: part.merge(merging) for name, part in parts().items()}
    row.moved = move_rows(from_id=gone.pk, to_id=kept.pk)
    changes: dict[str, list[Any]] = {}
    for choice in chosen:
        _put(kept, choice.name, choice.value, changes)
    if owner := merging.owners.get(kept.pk):
        _put(kept, "owner", owner, changes)
    for part in parts().values():
        part.merged(merging)
    _take_tags(merging, changes)
    _swap_address(merging, changes)
    row.changes = changes
    row.parts = {**noted, STRICTEST: keep_strictest(merging, found, silent)}
    row.save(update_fields=["changes", "moved", "parts"])
    gone.merged_into = kept
    gone.save(update_fields=["merged_into"])
    TouchGuard.objects.filter(pk=gone.pk).update(goes_on_as=kept.pk)
    _store(kept, changes, by=by, at=at, source=f"merge {row.pk}")
    _name_identifiers(merging)
    _tell([kept], at=at)
    return row


def _undo(merge: Merge, *, by: User | None, at: datetime) -> Merge:
    absorbed = merge.moved.get(ABSORBED, ())
    kept, gone = _locked(merge.kept_id, merge.gone_id, more=absorbed)
    row = Merge.objects.select_for_update(no_key=True, of=("self",)).get(pk=merge.pk)
    if row.undone_at is not None:
        return row
    if gone.merged_into_id != kept.pk:
        sentence = _("%(name)s was merged into another contact since. Undo that first.")
        raise MergedAgain(sentence % {"name": kept})
    merging = Merging(row, kept, gone, by, at)
    gone.merged_into = None
    gone.save(update_fields=["merged_into"])
    TouchGuard.objects.filter(pk=gone.pk).update(goes_on_as=None)
    changes = _take_back_values(merging)
    move_back(merging)
    for name, part in parts().items():
        part.undo(merging, row.parts.get(name))
    undo_strictest(merging, row.parts[STRICTEST])
    for contact in merging.both:
        if owner := merging.owners.get(contact.pk):
            _put(contact, "owner", owner, changes if contact is kept else {})
    row.undone_at, row.undone_by, row.left = at, by, merging.left
    row.save(update_fields=["undone_at", "undone_by", "left"])
    source = f"undo of merge {row.pk}"
    _store(kept, changes, by=by, at=at, source=source)
    _store(gone, {}, by=by, at=at, source=source)
    _name_identifiers(merging)
    _tell(merging.both, at=at)
    return row


def _locked(*pks: int, more: Collection[int]) -> list[Contact]:
    """Both, merged or not, with all that is locked before and after; in one order.

    Score, contact, guard, each in the order of the numbers. ``more`` were merged into
    one of them: their rows will be written, too.
    """
    for part in parts().values():
        part.lock(pks)
    rows = Contact.everyone.select_for_update(no_key=True, of=("self",))
    rows = rows.filter(pk__in=[*pks, *more]).select_related("company", "owner")
    found = {row.pk: row for row in rows.order_by("pk")}
    if not found.keys() >= set(pks):
        raise Contact.DoesNotExist
    lock_guards(contact_ids=pks)
    return [found[pk] for pk in pks]


def _put(
    contact: Contact, name: str, value: Any, changes: dict[str, list[Any]]
) -> None:
    before = value_of(contact, name)
    if before == value and type(before) is type(value):
        return
    put_value(contact, name, value)
    changes[name] = [changes.get(name, [before])[0], value]


def _tags(contact: Contact) -> set[str]:
    return set(contact.tags.values_list("name", flat=True))


def _take_tags(merging: Merging, changes: dict[str, list[Any]]) -> None:
    kept, gone = merging.both
    ours, theirs = _tags(kept), _tags(gone)
    if new := theirs - ours:
        kept.tags.add(*gone.tags.filter(name__in=new))
        changes["tags"] = [sorted(ours), sorted(ours | theirs)]


def _swap_address(merging: Merging, changes: dict[str, list[Any]]) -> None:
    """The other keeps the address that the survivor gives up: it leads here, too."""
    if "email" not in changes:
        return
    kept, gone = merging.both
    before, after = changes["email"]
    if Contact.key_of(after) == Contact.key_of(gone.email):
        _give_addresses({gone: before, kept: after})


def _give_addresses(addresses: Mapping[Contact, str]) -> None:
    """No two have the same for a moment."""
    pks = [contact.pk for contact in addresses]
    Contact.everyone.filter(pk__in=pks).update(email_key=None)
    for contact, address in addresses.items():
        contact.email, contact.email_key = address, Contact.key_of(address) or None
        contact.refresh_keys()
        contact.save(
            update_fields=[
                *("email", "email_key", "email_core", "name_key", "search_text")
            ]
        )


def _take_back_values(merging: Merging) -> dict[str, list[Any]]:
    """Put on the survivor what it had, where it still has what the merge gave it."""
    kept, gone = merging.both
    changes: dict[str, list[Any]] = {}
    for name, (before, after) in merging.merge.changes.items():
        if name == "tags":
            new = set(after) - set(before)
            TaggedBy.objects.filter(contact_id=kept.pk, tag__name__in=new).delete()
            continue
        if value_of(kept, name) != after:
            merging.left.append(name)
        elif name == "email":
            changes[name] = [after, before]
            _give_addresses({kept: before, gone: after})
        else:
            _put(kept, name, before, changes)
    if "email" in merging.left:
        _free_address(gone, merging.merge.changes["email"][1])
    return changes


def _free_address(gone: Contact, address: str) -> None:
    """Its own address, which the survivor had taken and given up since."""
    holder = Contact.everyone.filter(email_key=Contact.key_of(address))
    if not holder.exclude(pk=gone.pk).exists():
        _give_addresses({gone: address})


def _store(
    contact: Contact,
    changes: dict[str, list[Any]],
    *,
    by: User | None,
    at: datetime,
    source: str,
) -> None:
    contact.refresh_keys()
    contact.updated_at = at
    contact.save(
        update_fields=[
            *("first_name", "last_name", "phone", "job_title", "company", "owner"),
            *("language", "timezone", "source", "custom", "disqualified_at"),
            *("name_key", "search_text", "updated_at"),
        ]
    )
    if changes:
        FieldChange.objects.create(
            contact=contact, by=by, at=at, source=source, changes=changes
        )


def _name_identifiers(merging: Merging) -> None:
    """Identifying values lead to who has them; those of the merged to the survivor."""
    if not (identifying := identifying_of(custom_fields())):
        return
    pks = [contact.pk for contact in merging.both]
    ContactIdentifier.objects.filter(contact__in=pks).delete()
    rows: dict[tuple[str, str], ContactIdentifier] = {}
    for contact in merging.both:
        owner_id = contact.merged_into_id or contact.pk
        for key in sorted(identifying & contact.custom.keys()):
            value = str(contact.custom[key])
            row = ContactIdentifier(contact_id=owner_id, field=key, value=value)
            rows.setdefault((key, value), row)
    ContactIdentifier.objects.bulk_create(rows.values())


def _tell(contacts: Collection[Contact], *, at: datetime) -> None:
    news = {EventType.CONTACT_UPDATED: (news_of(each.pk) for each in contacts)}
    tell_webhooks(news=news, at=at)
    ids = {contact.pk for contact in contacts}
    contacts_changed.send(sender=Contact, contact_ids=ids, at=at)
