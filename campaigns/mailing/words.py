"""What somebody has written in a mail, without what they quote. Pure."""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message as Part
from html import unescape
from itertools import islice
from unicodedata import category

import nh3

MOST_WORDS = 300
MOST_SUBJECT = 200
MOST_LETTERS = 20_000
MOST_PARTS = 20
# Lines with which programs begin what was written before. In their own words.
_BEFORE = re.compile(
    r"^(?:>|_{10,}|-{2,} ?(?:original|urspr\u00fcngliche|forwarded|weitergeleitete)"
    r"|(?:on|am) .{5,200}(?:wrote|schrieb)\b.{0,200}:$|(?:from|von): .*@|-- ?$)",
    re.IGNORECASE,
)
_BREAK = re.compile(r"<(?:br|/p|/div|/li|/tr|blockquote)\b[^>]*>", re.IGNORECASE)


def first_words(mail: Part) -> str:
    """The beginning of what is said, on one line; "" if it has no text."""
    parts = list(islice(mail.walk(), MOST_PARTS))
    texts = (
        _own_words(_text_of(part))
        for kind in ("text/plain", "text/html")
        for part in parts
        if part.get_content_type() == kind and not part.get_filename()
    )
    return next(filter(None, texts), "")


def subject_of(mail: Part) -> str:
    """Decoded (RFC 2047), on one line."""
    raw = str(mail.get("Subject") or "")[:MOST_LETTERS]
    try:
        text = str(make_header(decode_header(raw)))
    except (LookupError, ValueError, HeaderParseError):
        text = raw
    return _on_one_line(text)[:MOST_SUBJECT].rstrip()


def _text_of(part: Part) -> str:
    raw = part.get_payload(decode=True)
    if not isinstance(raw, bytes):
        return ""
    try:
        text = raw.decode(part.get_content_charset() or "utf-8", "replace")
    except (LookupError, ValueError):
        text = raw.decode("utf-8", "replace")
    text = text[:MOST_LETTERS]
    if part.get_content_type() == "text/html":
        text = unescape(nh3.clean(_BREAK.sub("\n\\g<0>", text), tags=set()))
    return text


def _own_words(text: str) -> str:
    own: list[str] = []
    for line in text.splitlines():
        clean = _on_one_line(line)
        if _BEFORE.match(clean):
            break
        own.append(clean)
    words = " ".join(filter(None, own))
    return words if len(words) <= MOST_WORDS else words[:MOST_WORDS].rstrip() + "\u2026"


def _on_one_line(text: str) -> str:
    """Without what no text has: marks that turn the direction of reading, too."""
    clean = "".join(" " if category(one)[0] == "C" else one for one in text)
    return " ".join(clean.split())
