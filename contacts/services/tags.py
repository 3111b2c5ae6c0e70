"""Words that contacts are marked with."""

from __future__ import annotations

from collections.abc import Iterable

from contacts.models.contact import Tag


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
