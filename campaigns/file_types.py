"""What a file is by what is in it, not by what it is called. Pure."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import IO
from zipfile import BadZipFile, ZipFile

# More entries than any document has.
MOST_ENTRIES = 10_000
BROKEN = (
    *(struct.error, zlib.error, BadZipFile),
    *(ValueError, IndexError, OSError, RuntimeError, EOFError),
)
_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN = b"application/vnd.oasis.opendocument."
_DOCUMENTS = {
    "word/": (f"{_OFFICE}wordprocessingml.document", ".docx"),
    "xl/": (f"{_OFFICE}spreadsheetml.sheet", ".xlsx"),
    "ppt/": (f"{_OFFICE}presentationml.presentation", ".pptx"),
}
_NAMED = {
    b"application/epub+zip": ".epub",
    _OPEN + b"text": ".odt",
    _OPEN + b"spreadsheet": ".ods",
    _OPEN + b"presentation": ".odp",
}
_NO_SIZE = range(0xD0, 0xDA)
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}


class UnknownType(ValueError):
    """None of the types we take, or broken."""


@dataclass(frozen=True, slots=True)
class FileType:
    """``width`` and ``height`` in pixels, of images only."""

    media_type: str
    extension: str
    width: int | None = None
    height: int | None = None

    @property
    def is_image(self) -> bool:
        return self.width is not None


def type_of(file: IO[bytes]) -> FileType:
    """Read the type of what is in ``file``. Raises ``UnknownType``.

    Taken are PDF, PNG, JPEG, GIF and WebP, MP4, EPUB, and the documents of office
    programs without macros. Nothing of them is unpacked or drawn.
    """
    file.seek(0)
    head = file.read(64)
    try:
        if head.startswith(b"%PDF-"):
            return FileType("application/pdf", ".pdf")
        if head[4:12] in (b"ftypisom", b"ftypmp42", b"ftypmp41", b"ftypavc1"):
            return FileType("video/mp4", ".mp4")
        if head.startswith(b"PK\x03\x04"):
            return _document(file)
        return _image(head, file)
    except BROKEN as error:
        raise UnknownType from error


def _image(head: bytes, file: IO[bytes]) -> FileType:
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR":
        return _sized("image/png", ".png", *struct.unpack(">II", head[16:24]))
    if head.startswith((b"GIF87a", b"GIF89a")):
        return _sized("image/gif", ".gif", *struct.unpack("<HH", head[6:10]))
    if head.startswith(b"\xff\xd8\xff"):
        return _sized("image/jpeg", ".jpg", *_jpeg_size(file))
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _sized("image/webp", ".webp", *_webp_size(head))
    raise UnknownType


def _sized(media_type: str, extension: str, width: int, height: int) -> FileType:
    if not (width and height):
        raise UnknownType
    return FileType(media_type, extension, width, height)


def _jpeg_size(file: IO[bytes]) -> tuple[int, int]:
    """From the first frame; what stands before it is skipped by its lengths."""
    file.seek(2)
    for _segment in range(200):
        mark, kind = file.read(2)
        while kind == 0xFF:
            [kind] = file.read(1)
        if mark != 0xFF or kind in _NO_SIZE:
            raise UnknownType
        [length] = struct.unpack(">H", file.read(2))
        if kind in _FRAMES:
            height, width = struct.unpack(">xHH", file.read(5))
            return width, height
        file.seek(length - 2, 1)
    raise UnknownType


def _webp_size(head: bytes) -> tuple[int, int]:
    kind = head[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(head[24:27], "little") + 1
        return width, int.from_bytes(head[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack("<HH", head[26:30])
        return width & 0x3FFF, height & 0x3FFF
    raise UnknownType


def _document(file: IO[bytes]) -> FileType:
    with ZipFile(file) as archive:
        entries = archive.infolist()
        names = {entry.filename for entry in entries[:MOST_ENTRIES]}
        if len(entries) > MOST_ENTRIES or any("vbaProject" in name for name in names):
            raise UnknownType
        first = entries[0]
        if first.filename == "mimetype" and first.file_size < 100:
            media_type = archive.read(first).strip()
            if media_type in _NAMED:
                return FileType(media_type.decode(), _NAMED[media_type])
        if "[Content_Types].xml" in names:
            for folder, (media_type, extension) in _DOCUMENTS.items():
                if any(name.startswith(folder) for name in names):
                    return FileType(media_type, extension)
    raise UnknownType
