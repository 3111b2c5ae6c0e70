"""Mails as they arrive, read without the library that made them.

The product composes with Python's ``email``, whose parser would forgive its own
mistakes. This reader has of RFC 5322 and 2045 to 2047 what a mail of ours may need, and
raises ``Unreadable`` for everything else.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import pairwise

# By RFC 5322, 2045 and 8058.
NEEDED = {"date", "from", "to", "message-id", "mime-version", "content-type"}
ONCE = NEEDED | {"subject", "reply-to", "list-unsubscribe", "list-unsubscribe-post"}
LONGEST_LINE = 998
_NAME = re.compile(r"[!-9;-~]+")
_WORD = re.compile(r"=\?([\w-]+)\?([bBqQ])\?([!->@-~]*)\?=")
_BETWEEN_WORDS = re.compile(r"(\?=)\s+(?==\?)")
_PARAMETER = re.compile(r';\s*([\w-]+)=(?:"([^"]*)"|([^\s;"]+))')
_ADDRESS_IN_CSS = re.compile(r"url\(\s*['\"]?([^'\")]+)|@import\s+['\"]([^'\"]+)")


class Unreadable(AssertionError):
    """What is wrong with the mail."""


@dataclass(frozen=True, slots=True)
class Mail:
    """Headers decoded, by name in lower case; the two parts; what HTML would load."""

    headers: dict[str, str]
    text: str
    html: str

    @property
    def loads(self) -> list[str]:
        """Addresses that showing the HTML would ask for, links not among them."""
        return _Loads.of(self.html)

    @property
    def one_click(self) -> str:
        """Where to post by RFC 8058; "" if the mail does not offer it."""
        if self.headers.get("list-unsubscribe-post") != "List-Unsubscribe=One-Click":
            return ""
        found = re.fullmatch(r"<(https?://[^<>\s]+)>", self.headers["list-unsubscribe"])
        return found[1] if found else ""


def read_mail(raw: bytes) -> Mail:
    """A mail of two parts, the second of which is HTML. Raises ``Unreadable``."""
    headers, body = _split(raw)
    for name in NEEDED - headers.keys():
        raise Unreadable(f"there is no {name}")
    if headers["mime-version"] != "1.0":
        raise Unreadable(f"MIME-Version is {headers['mime-version']}")
    if not re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", headers["message-id"]):
        raise Unreadable(f"Message-ID is {headers['message-id']}")
    kind, parameters = _content_type(headers)
    if kind != "multipart/alternative":
        raise Unreadable(f"it is {kind}")
    text, html = _parts(body, parameters.get("boundary", ""))
    return Mail(headers, _decoded(text, "text/plain"), _decoded(html, "text/html"))


def _split(raw: bytes) -> tuple[dict[str, str], bytes]:
    """Headers, unfolded and decoded, and what follows the empty line."""
    raw = raw.replace(b"\r\n", b"\n")
    if any(len(line) > LONGEST_LINE for line in raw.split(b"\n")):
        raise Unreadable("a line is too long")
    head, empty_line, body = raw.partition(b"\n\n")
    if not empty_line or not head.isascii():
        raise Unreadable("no end of the headers, or not ASCII")
    headers: dict[str, str] = {}
    for line in re.sub(r"\n(?=[ \t])", "", head.decode("ascii")).split("\n"):
        name, colon, value = line.partition(":")
        if not colon or not _NAME.fullmatch(name):
            raise Unreadable(f"no header: {line!r}")
        if name.lower() in headers and name.lower() in ONCE:
            raise Unreadable(f"{name} twice")
        headers[name.lower()] = _words(value.strip())
    return headers, body


def _words(value: str) -> str:
    """RFC 2047: words of other alphabets."""

    def word(match: re.Match[str]) -> str:
        charset, way, text = match.groups()
        if way in "bB":
            return binascii.a2b_base64(text.encode(), strict_mode=True).decode(charset)
        return binascii.a2b_qp(text.encode(), header=True).decode(charset)

    found = _WORD.sub(word, _BETWEEN_WORDS.sub(r"\1", value))
    if "=?" in found:
        raise Unreadable(f"half a word: {value!r}")
    return found


def _content_type(headers: dict[str, str]) -> tuple[str, dict[str, str]]:
    value = headers.get("content-type", "text/plain")
    parameters = {
        match[1].lower(): match[2] if match[2] is not None else match[3]
        for match in _PARAMETER.finditer(value)
    }
    return value.partition(";")[0].strip().lower(), parameters


def _parts(body: bytes, boundary: str) -> list[bytes]:
    if not boundary:
        raise Unreadable("no boundary")
    mark = re.escape(boundary.encode())
    marks = list(re.finditer(rb"(?:^|\n)--" + mark + rb"(--)?[ \t]*(?=\n|$)", body))
    if len(marks) != 3 or [bool(found[1]) for found in marks] != [False, False, True]:
        raise Unreadable("not two parts")
    return [body[one.end() + 1 : next_.start()] for one, next_ in pairwise(marks)]


def _decoded(part: bytes, wanted: str) -> str:
    headers, body = _split(part)
    kind, parameters = _content_type(headers)
    charset = parameters.get("charset", "us-ascii").lower()
    if (kind, charset) not in {(wanted, "utf-8"), (wanted, "us-ascii")}:
        raise Unreadable(f"a part is {kind} in {charset}, not {wanted}")
    match headers.get("content-transfer-encoding", "7bit").lower():
        case "7bit" | "8bit":
            pass
        case "quoted-printable":
            if re.search(rb"=(?![0-9A-F]{2}|\n)|.{77}", body):
                raise Unreadable("not quoted-printable")
            body = binascii.a2b_qp(body)
        case "base64":
            body = binascii.a2b_base64(body.replace(b"\n", b""), strict_mode=True)
        case other:
            raise Unreadable(f"encoded by {other}")
    return body.decode(charset)


class _Loads(HTMLParser):
    """Collects what a mail program would fetch to show the HTML."""

    ATTRIBUTES = ("src", "srcset", "background", "poster", "data")

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    @classmethod
    def of(cls, html: str) -> list[str]:
        parser = cls()
        parser.feed(html)
        parser.close()
        return parser.found

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in self.ATTRIBUTES or (tag == "link" and name == "href"):
                self.found.append(value or "")
            elif name == "style":
                self.handle_data(value or "")

    def handle_data(self, data: str) -> None:
        for match in _ADDRESS_IN_CSS.finditer(data):
            self.found.append(match[1] or match[2])
