"""Taking files in."""

from __future__ import annotations

from datetime import datetime

from django.core.files import File
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.file_types import FileType, UnknownType, type_of
from campaigns.models import Upload
from journeys.beacon import tidy
from leadhub.errors import InvalidValue

MAX_BYTES = 20 * 1024 * 1024
# What a browser or a preview would need memory for.
MAX_PIXELS = 25_000_000
MAX_IMAGE_BYTES = 2 * 1024 * 1024


class BadUpload(InvalidValue):
    code = "bad_upload"
    attr = "file"


def store_upload(
    *,
    file: File,
    name: str,
    by: User | None,
    at: datetime,
    only_images: bool = False,
) -> Upload:
    """Keep a file under a random name. Its type is read from what is in it.

    ``name`` is what it is called when somebody gets it; its ending becomes that of the
    type. Raises ``BadUpload``.
    """
    if not file.size:
        raise BadUpload(_("The file is empty."))
    if file.size > (MAX_IMAGE_BYTES if only_images else MAX_BYTES):
        raise BadUpload(
            _("At most %(most)s MB.")
            % {"most": (MAX_IMAGE_BYTES if only_images else MAX_BYTES) // 2**20}
        )
    kind = _checked(file, only_images=only_images)
    upload = Upload(
        name=_named(name, kind),
        media_type=kind.media_type,
        size=file.size,
        width=kind.width,
        height=kind.height,
        at=at,
        by=by,
    )
    file.seek(0)
    # The disk first: a row without its file would be worse than a file without a row.
    upload.file.save(upload.key, file, save=False)
    upload.save(force_insert=True)
    return upload


@transaction.atomic
def delete_upload(*, upload: Upload) -> None:
    """Forget a file that nothing uses any more. The row first, then the disk."""
    upload.delete()
    name = upload.file.name
    transaction.on_commit(lambda: upload.file.storage.delete(name), robust=True)


def _checked(file: File, *, only_images: bool) -> FileType:
    try:
        kind = type_of(file)
    except UnknownType:
        kind = None
    if only_images and (kind is None or not kind.is_image):
        raise BadUpload(_("Not an image that we take: PNG, JPEG, GIF or WebP."))
    if kind is None:
        raise BadUpload(
            _(
                "Not a file that we take: PDF, EPUB, MP4, images, and documents of "
                "office programs without macros."
            )
        )
    if kind.is_image and kind.width * kind.height > MAX_PIXELS:
        raise BadUpload(_("The image has too many pixels: at most 25 million."))
    return kind


def _named(name: str, kind: FileType) -> str:
    last = tidy(name.replace("\\", "/"), 400).rpartition("/")[2]
    stem = last.rpartition(".")[0] or last
    stem = "".join(c for c in stem if c not in '<>:"|?*;%').strip(" .")
    return f"{stem[:100] or 'file'}{kind.extension}"
