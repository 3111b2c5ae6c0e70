"""Contacts as rows of a file."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from contacts.models.contact import Contact
from contacts.values import custom_fields

CHUNK = 1_000
# field of an import -> where it stands; so a file can come back.
FIELDS = {
    "email": "email",
    "first_name": "first_name",
    "last_name": "last_name",
    "phone": "phone",
    "job_title": "job_title",
    "company": "company__name",
    "domain": "company__domain",
    "industry": "company__industry",
    "employees": "company__employees",
    "country": "company__country",
    "owner": "owner__username",
    "tags": "",  # many to one: read apart
    "language": "language",
    "timezone": "timezone",
    "source": "source",
    "created_at": "created_at",
}
TAGS = list(FIELDS).index("tags")
STANDING = ("score", "phase")


@dataclass(frozen=True, slots=True)
class Standing:
    """What an app above says of a contact in a file, read along with its fields.

    ``reads`` are paths from the contact, over one row each; ``joins`` makes what
    they need to be so. ``as_text`` gets their values in a row and the moment.
    """

    reads: Sequence[str]
    as_text: Callable[[Sequence[Any], datetime], str]
    joins: Callable[[], dict[str, Any]] = dict


_standing: dict[str, Standing] = {}


def register_standing(name: str, standing: Standing) -> None:
    """Let an app above fill the column ``name`` of ``STANDING``."""
    _standing[name] = standing


def export_columns() -> list[str]:
    """The names of the columns; an import guesses what they are."""
    ours = {*FIELDS, *STANDING}
    named = [f"custom.{key}" if key in ours else key for key in custom_fields()]
    return [*FIELDS, *named, *STANDING]


def export_rows(
    contacts: QuerySet[Contact], columns: Sequence[str], *, at: datetime
) -> Iterator[list[str]]:
    """A row for each contact, by number; scores as of ``at``.

    Reads a thousand at a time in two statements, so memory stays flat.
    """
    shown_keys = columns[len(FIELDS) : -len(STANDING)]
    keys = [name.removeprefix("custom.") for name in shown_keys]
    standing = [_standing[name] for name in STANDING]
    reads = ["pk", *filter(None, FIELDS.values()), *(["custom"] if keys else [])]
    width, parts = len(FIELDS), []  # the number stands where the tags are missing
    end = len(reads)
    for each in standing:
        contacts = contacts.annotate(**each.joins())
        parts.append((each.as_text, slice(end, end := end + len(each.reads))))
        reads += each.reads
    rows = contacts.order_by("pk").values_list(*reads)
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        tags = _tags_of([row[0] for row in chunk])
        for row in chunk:
            cells = list(row[1:width])
            cells.insert(TAGS, tags.get(row[0], ""))
            cells += [row[width].get(key) for key in keys]
            cells += [as_text(row[part], at) for as_text, part in parts]
            yield [cell if cell.__class__ is str else _text(cell) for cell in cells]
        last = chunk[-1][0]


def _tags_of(contact_ids: Collection[int]) -> dict[int, str]:
    """Contact id -> its tags in one cell, in alphabetical order."""
    named = Contact.tags.through.objects.filter(contact_id__in=contact_ids)
    texts: dict[int, str] = {}
    for pk, name in sorted(named.values_list("contact_id", "tag__name")):
        texts[pk] = f"{texts[pk]}, {name}" if pk in texts else name
    return texts


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
