"""Files that were handed in and are not shown or given to anybody."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from campaigns.models import LandingPage, MailTemplate, Sender, Upload
from campaigns.services.uploads import delete_upload

# Long enough for what is handed in first and used when the text is written.
KEPT = timedelta(days=7)
CHUNK = 200


def delete_unused_uploads(*, at: datetime) -> int:
    """Delete what was handed in more than a week ago and nothing uses; return how many.

    Files without a row too: whoever stored them was stopped in between. Safe to repeat.
    """
    return _unused_rows(at=at) + _files_without_row(at=at)


def _unused_rows(*, at: datetime) -> int:
    deleted, last = 0, 0
    while rows := list(_candidates(at=at).filter(pk__gt=last).order_by("pk")[:CHUNK]):
        last = rows[-1].pk
        shown = _shown({row.key for row in rows})
        for row in rows:
            deleted += row.key not in shown and _delete(row.pk, at=at)
    return deleted


def _candidates(*, at: datetime) -> QuerySet[Upload]:
    logos = Sender.objects.filter(logo__isnull=False).values("logo")
    old = Upload.objects.filter(at__lt=at - KEPT, contents=None)
    return old.exclude(pk__in=logos)


def _shown(keys: Collection[str]) -> set[str]:
    """Those of ``keys`` that stand on a page or in a mail."""
    blocks = LandingPage.objects.values_list("blocks", flat=True)
    shown = {block.get("image") for row in blocks.iterator() for block in row}
    bodies = MailTemplate.objects.filter(body__contains="/p/pictures/")
    for body in bodies.values_list("body", flat=True).iterator():
        shown |= {key for key in keys if key in body}
    return shown & set(keys)


def _delete(upload_id: int, *, at: datetime) -> bool:
    """Look once more with the row locked, as it is by who puts it on a page."""
    try:
        with transaction.atomic():
            rows = Upload.objects.select_for_update(no_key=True)
            upload = rows.filter(pk=upload_id).first()
            if upload is None or not _candidates(at=at).filter(pk=upload_id).exists():
                return False
            if _shown({upload.key}):
                return False
            delete_upload(upload=upload)
    except DatabaseError:  # a content has just taken it
        return False
    return True


def _files_without_row(*, at: datetime) -> int:
    storage, deleted = Upload._meta.get_field("file").storage, 0
    try:
        names = storage.listdir("")[1]
    except FileNotFoundError:  # nothing was ever handed in
        return 0
    for start in range(0, len(names), CHUNK):
        chunk = names[start : start + CHUNK]
        known = Upload.objects.filter(file__in=chunk).values_list("file", flat=True)
        for name in set(chunk) - set(known):
            if storage.get_modified_time(name) < at - KEPT:
                storage.delete(name)
                deleted += 1
    return deleted
