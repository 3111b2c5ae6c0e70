"""In which encoding a file of text is written."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from typing import IO

from charset_normalizer import from_bytes

BLOCK = 256 * 1024
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Those that spreadsheets of Europe write, besides Unicode.
OTHERS = ["cp1252", "cp1250", "cp1251", "latin_1"]


def encoding_of(file: IO[bytes]) -> str | None:
    """The encoding of the whole of ``file``; None if it is not text.

    UTF-8 with some broken bytes in it stays UTF-8. The file is left anywhere.
    """
    file.seek(0)
    start = file.read(BLOCK)
    for mark, name in MARKS:
        if start.startswith(mark):
            return name
    if wide := _wide(start):
        return wide
    if _is_utf8(file):
        return "utf-8"
    if b"\0" in start:
        return None
    telling = _telling(file)
    text = telling.decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    whole = sum(not char.isascii() for char in text) - broken
    if whole > 2 * broken:
        return "utf-8"
    best = from_bytes(telling, cp_isolation=OTHERS).best()
    return best.encoding if best else "cp1252"


def _wide(start: bytes) -> str | None:
    """UTF-16 without a mark: of the letters of Europe, every other byte is zero."""
    beginning = start[:4096]
    half = len(beginning) // 2 or 1
    if beginning[1::2].count(0) > 0.7 * half:
        return "utf-16-le"
    if beginning[0::2].count(0) > 0.7 * half:
        return "utf-16-be"
    return None


def _is_utf8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in _blocks(file):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _telling(file: IO[bytes]) -> bytes:
    """The first lines that are not ASCII: they tell encodings apart."""
    found, size = [], 0
    file.seek(0)
    while size < BLOCK and (line := file.readline(BLOCK)):
        if not line.isascii():
            found.append(line)
            size += len(line)
    return b"".join(found)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while block := file.read(BLOCK):
        yield block
