"""Verbs about segments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.conditions.validation import validate
from contacts.faults import UnknownField
from contacts.models.segment import Segment
from contacts.text import clean_text
from leadhub.errors import DomainError, InvalidValue

LENGTHS = {"name": 100, "description": 300}


class SegmentNameTaken(DomainError):
    code = "name_taken"
    attr = "name"


class SegmentInUse(DomainError):
    code = "segment_in_use"


def create_segment(
    *, data: Mapping[str, Any], by: User | None, at: datetime
) -> Segment:
    """Make a segment of ``name, description, condition``.

    Raises ``InvalidValue``, ``SegmentNameTaken``.
    """
    segment = Segment(created_by=by, created_at=at, updated_at=at, updated_by=by)
    clean = _checked({"name": "", "condition": {}, **data})
    return _save(segment, clean, force_insert=True)


@transaction.atomic
def update_segment(
    *, segment: Segment, data: Mapping[str, Any], by: User | None, at: datetime
) -> Segment:
    """Change what ``data`` names; who belongs to it follows at once.

    Raises ``InvalidValue``, ``SegmentNameTaken``; ``Segment.DoesNotExist`` if it is
    gone.
    """
    clean = _checked(data)
    row = Segment.objects.select_for_update(no_key=True).get(pk=segment.pk)
    changed = clean | {"updated_at": at, "updated_by": by}
    return _save(row, changed, update_fields=list(changed))


@transaction.atomic
def delete_segment(*, segment: Segment, by: User | None, at: datetime) -> None:
    """Delete a segment; a repeat is harmless. Raises ``SegmentInUse``."""
    try:
        Segment.objects.filter(pk=segment.pk).delete()
    except ProtectedError as error:
        users = ", ".join(sorted(str(row) for row in error.protected_objects))
        sentence = _("It is in use: %(users)s.") % {"users": users}
        raise SegmentInUse(sentence) from error


def _checked(data: Mapping[str, Any]) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    for name, value in data.items():
        if name == "condition":
            validate(value)
            clean[name] = value
        elif name in LENGTHS:
            clean[name] = clean_text(value, attr=name, max_length=LENGTHS[name])
        else:
            raise UnknownField(_("There is no such field."), attr=str(name)[:80])
    if clean.get("name") == "":
        raise InvalidValue(_("A segment needs a name."), attr="name")
    return clean


def _save(segment: Segment, clean: dict[str, Any], **how: Any) -> Segment:
    for name, value in clean.items():
        setattr(segment, name, value)
    try:
        with transaction.atomic():
            segment.save(**how)
    except IntegrityError as error:
        sentence = _("Another segment is called %(name)s.") % {"name": segment.name}
        raise SegmentNameTaken(sentence) from error
    return segment
