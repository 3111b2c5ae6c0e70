"""Contacts as rows of a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from contacts.columns import json_of
from contacts.models.contact import Contact
from contacts.values import custom_fields

CHUNK = 1_000
# field of an import -> what it says of a contact; so a file can come back.
FIELDS = {
    "email": lambda c: c.email,
    "first_name": lambda c: c.first_name,
    "last_name": lambda c: c.last_name,
    "phone": lambda c: c.phone,
    "job_title": lambda c: c.job_title,
    "company": lambda c: c.company.name if c.company else "",
    "domain": lambda c: c.company.domain if c.company else "",
    "industry": lambda c: c.company.industry if c.company else "",
    "employees": lambda c: c.company.employees if c.company else "",
    "country": lambda c: c.company.country if c.company else "",
    "owner": lambda c: c.owner.username if c.owner else "",
    "tags": lambda c: ", ".join(sorted(tag.name for tag in c.tags.all())),
    "language": lambda c: c.language,
    "timezone": lambda c: c.timezone,
    "source": lambda c: c.source,
    "created_at": lambda c: c.created_at.isoformat(),
}
STANDING = ("score", "phase")


def export_columns() -> list[str]:
    """The names of the columns; an import guesses what they are."""
    ours = {*FIELDS, *STANDING}
    named = [f"custom.{key}" if key in ours else key for key in custom_fields()]
    return [*FIELDS, *named, *STANDING]


def export_rows(
    contacts: QuerySet[Contact], columns: Sequence[str], *, at: datetime
) -> Iterator[list[str]]:
    """A row for each contact, by number; scores as of ``at``.

    Reads a thousand at a time, so memory stays flat.
    """
    shown_keys = columns[len(FIELDS) : -len(STANDING)]
    keys = [name.removeprefix("custom.") for name in shown_keys]
    rows = contacts.order_by("pk").select_related("company", "owner")
    rows = rows.prefetch_related("tags")
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        shown = json_of(chunk, at=at)
        for contact in chunk:
            yield [
                *(_text(read(contact)) for read in FIELDS.values()),
                *(_text(contact.custom.get(key)) for key in keys),
                *_standing(shown.get(contact.pk, {})),
            ]
        last = chunk[-1].pk


def _standing(shown: dict[str, Any]) -> list[str]:
    score, phase = shown.get("score") or {}, shown.get("phase") or ""
    if isinstance(phase, dict):
        phase = phase.get("name", "")
    total = score.get("total")
    return ["" if total is None else f"{total:.2f}", _text(phase)]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
