"""Rows that go from one contact to another, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ForeignObjectRel, QuerySet

from accounts.models import Notification
from contacts.merging import Merging, moving

AT_ONCE = 1_000
NOTIFICATIONS = "accounts.notification.contact_id"
# Kinds of lines that are named by the contact: "mention:7".
ABOUT_CONTACTS = (Notification.Kind.MENTION, Notification.Kind.REPLY)


def move_rows(*, from_id: int, to_id: int) -> dict[str, list[Any]]:
    """Give everything that points at one contact to the other; return what moved.

    By "app.model.field". A row that the other has already, where one is the most, stays.
    What somebody stores meanwhile is not seen: see ``settle_late_rows``.
    """
    moved = {}
    for name, rel in moving():
        rows = _rows(rel).filter(**{rel.field.name: from_id})
        numbers = list(rows.order_by("pk").values_list("pk", flat=True))
        if there := _point(rel, numbers, from_id=from_id, to_id=to_id):
            moved[name] = [_plain(number) for number in there]
    notices = Notification.objects.filter(contact_id=from_id)
    if numbers := list(notices.order_by("pk").values_list("pk", flat=True)):
        notices.filter(pk__in=numbers).update(contact_id=to_id)
        moved[NOTIFICATIONS] = numbers
    return moved


def move_back(merging: Merging) -> None:
    """Give back what a merge moved and is still where it put it."""
    kept, gone = merging.kept.pk, merging.gone.pk
    moved = merging.merge.moved
    for name, rel in moving():
        if numbers := moved.get(name):
            _point(rel, numbers, from_id=kept, to_id=gone)
    if numbers := moved.get(NOTIFICATIONS):
        rows = Notification.objects.filter(pk__in=numbers, contact_id=kept)
        # One that was renewed since is about the survivor, and tells what came since.
        rows = rows.exclude(kind__in=ABOUT_CONTACTS, key__endswith=f":{kept}")
        rows.update(contact_id=gone)


def _rows(rel: ForeignObjectRel) -> QuerySet[Any]:
    return rel.related_model._base_manager.all()


def _point(
    rel: ForeignObjectRel, numbers: Sequence[Any], *, from_id: int, to_id: int
) -> list[Any]:
    """Let these rows point at another contact; return those that now do."""
    there: list[Any] = []
    for start in range(0, len(numbers), AT_ONCE):
        chunk = numbers[start : start + AT_ONCE]
        rows = _rows(rel).filter(**{rel.field.name: from_id, "pk__in": chunk})
        try:
            with transaction.atomic():
                rows.update(**{rel.field.attname: to_id})
            there += chunk
        except IntegrityError:
            there += [n for n in chunk if _point_one(rel, n, from_id, to_id)]
    return there


def _point_one(rel: ForeignObjectRel, number: Any, from_id: int, to_id: int) -> bool:
    rows = _rows(rel).filter(**{rel.field.name: from_id, "pk": number})
    try:
        with transaction.atomic():
            return bool(rows.update(**{rel.field.attname: to_id}))
    except IntegrityError:
        return False  # the other has one already


def _plain(number: Any) -> Any:
    return number if isinstance(number, int) else str(number)
