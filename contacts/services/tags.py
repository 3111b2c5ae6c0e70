"""Words that contacts are marked with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from contacts.models.contact import Contact, Tag

TaggedBy = Contact.tags.through


def tags_named(names: Iterable[str]) -> dict[str, int]:
    """Name -> number of these tags; those there are not yet are made."""
    wanted = set(names)
    if not wanted:
        return {}
    known = dict(Tag.objects.filter(name__in=wanted).values_list("name", "pk"))
    if missing := sorted(wanted - known.keys()):
        # In order, so that two transactions do not wait for each other.
        rows = [Tag(name=name) for name in missing]
        Tag.objects.bulk_create(rows, ignore_conflicts=True)
        known |= dict(Tag.objects.filter(name__in=missing).values_list("name", "pk"))
    return known


def store_tags(changes: Iterable[tuple[int, set[str], set[str]]]) -> None:
    """Write the tags of contacts: number, tags before, tags after."""
    added: list[tuple[int, str]] = []
    removed = defaultdict(set)
    for contact_id, before, after in changes:
        added += ((contact_id, name) for name in after - before)
        for name in before - after:
            removed[name].add(contact_id)
    for name, contact_ids in removed.items():
        TaggedBy.objects.filter(tag__name=name, contact_id__in=contact_ids).delete()
    if added:
        numbers = tags_named(name for _contact_id, name in added)
        rows = [TaggedBy(contact_id=pk, tag_id=numbers[name]) for pk, name in added]
        TaggedBy.objects.bulk_create(rows, ignore_conflicts=True)
