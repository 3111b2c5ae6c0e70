"""Mails that come to us because of ours: bounces, complaints, auto-replies, answers.

Pure. Whoever writes them may write anything: what is read is cut, and what cannot be read
is said to be so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import Message as Part
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from hashlib import sha256
from unicodedata import category

from campaigns.mailing.composing import tokens_in
from campaigns.mailing.words import first_words, subject_of

# Of a mail; what comes behind is what it brings along. It is told where it begins.
MOST_BYTES = 1_000_000
MOST_LEVELS = 100
MOST_PARTS = 20
MOST_LETTERS = 20_000
_LEVEL = re.compile(rb"boundary\s*\*?\d*\*?=|message/", re.IGNORECASE)
_ORIGINAL = {
    "message/rfc822",
    "message/global",
    "message/global-headers",
    "text/rfc822-headers",
}
# Words of RFC 3464 and RFC 5965, and what reports call it.
_ACTIONS = {
    "failed": "bounced",
    "delayed": "deferred",
    "delivered": "delivered",
    "relayed": "delivered",
    "expanded": "delivered",
}
_CLASSES = {"5": "bounced", "4": "deferred", "2": "delivered"}
_COMPLAINTS = {"abuse": "complained", "fraud": "complained", "opt-out": "unsubscribed"}
# Headers that only programs write; RFC 3834 and what was there before it.
_AUTOMATIC = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Autoreply-From",
    "X-Mail-Autoreply",
    "X-Auto-Response-Suppress",
    "X-Failed-Recipients",
    "List-Id",
    "Feedback-ID",
)
_PRECEDENCE = {"bulk", "junk", "list", "auto_reply", "auto-reply"}
_SUBJECTS = re.compile(
    r"^(?:auto|automatic reply|automatische antwort|abwesenheitsnotiz|out of office)\b",
    re.IGNORECASE,
)
_ROBOTS = {"mailer-daemon", "postmaster", "no-reply", "noreply"}


class Unreadable(Exception):
    """It is no mail, or one that is made to break who reads it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What a mail server says of one recipient."""

    what: str
    recipients: frozenset[str]
    answer: str


@dataclass(frozen=True, slots=True)
class Returned:
    """What came. ``what`` is in anymail's words, or "replied"; "" if it is no matter.

    ``tokens`` are of the mails of ours that it is about, the nearest first.
    """

    what: str
    key: str
    sender: str
    tokens: tuple[str, ...]
    sent_at: datetime | None
    deliveries: tuple[Delivery, ...] = ()
    # Of an answer: what it says.
    subject: str = ""
    words: str = ""


def read_returned(raw: bytes) -> Returned:
    """Understand one mail (RFC 5322), of which the beginning is enough.

    Raises ``Unreadable``.
    """
    raw = raw[:MOST_BYTES]
    if len(_LEVEL.findall(raw)) > MOST_LEVELS:
        raise Unreadable("it has too many parts")
    try:
        mail = BytesParser(policy=policy.compat32).parsebytes(raw)
        if not mail.keys():
            raise Unreadable("it has no headers")
        return _read(mail, raw)
    except Unreadable:
        raise
    except Exception as error:  # the parser's own; there is no list of them
        raise Unreadable(type(error).__name__) from error


def _read(mail: Part, raw: bytes) -> Returned:
    what, deliveries, about = "", (), [_header(mail, "In-Reply-To")]
    about.append(" ".join(reversed(_header(mail, "References").split())))
    if mail.get_content_type() == "multipart/report" and mail.is_multipart():
        parts = _children(mail)
        about = [_original_id(part) for part in parts] + about
        kinds = {part.get_content_type(): part for part in reversed(parts)}
        if status := kinds.get("message/delivery-status"):
            deliveries = tuple(_deliveries(status))
            what = deliveries[0].what if deliveries else ""
        elif feedback := kinds.get("message/feedback-report"):
            kind = "".join(_header(p, "Feedback-Type") for p in _children(feedback))
            what = _COMPLAINTS.get(kind.lower(), "")
    else:
        what = "autoresponded" if _is_automatic(mail) else "replied"
    message_id = _header(mail, "Message-ID").encode()
    is_answer = what == "replied"
    return Returned(
        what=what,
        key=sha256(message_id or raw).hexdigest()[:32],
        sender=_address(_header(mail, "From")),
        tokens=tuple(dict.fromkeys(t for text in about for t in tokens_in(text))),
        sent_at=_date(_header(mail, "Date")),
        deliveries=deliveries,
        subject=subject_of(mail) if is_answer else "",
        words=first_words(mail) if is_answer else "",
    )


def _deliveries(status: Part) -> Iterator[Delivery]:
    for block in _children(status):
        named = [
            _recipient(_header(block, name))
            for name in ("Original-Recipient", "Final-Recipient")
        ]
        if not any(named):  # of the whole mail
            continue
        code = _header(block, "Status").split(" ")[0]
        what = _ACTIONS.get(_header(block, "Action").lower(), _CLASSES.get(code[:1]))
        words = [code, _header(block, "Diagnostic-Code")]
        if code.endswith(".0.0"):  # its words may be more precise
            words.reverse()
        answer = " ".join(filter(None, words))
        yield Delivery(what or "", frozenset(filter(None, named)), answer[:300])


def _is_automatic(mail: Part) -> bool:
    submitted = _header(mail, "Auto-Submitted").lower()
    ways = {_header(mail, name).lower() for name in ("Precedence", "X-Precedence")}
    mailbox = _address(_header(mail, "From")).partition("@")[0]
    return (
        (bool(submitted) and not submitted.startswith("no"))
        or any(name in mail for name in _AUTOMATIC)
        or bool(ways & _PRECEDENCE)
        or _header(mail, "Return-Path") == "<>"
        or mailbox in _ROBOTS
        or bool(_SUBJECTS.match(_header(mail, "Subject")))
    )


def _original_id(part: Part) -> str:
    """The Message-ID of the mail that a report brings along, or of its headers."""
    if part.get_content_type() not in _ORIGINAL:
        return ""
    if part.is_multipart():
        return "".join(_header(inner, "Message-ID") for inner in _children(part)[:1])
    headers = part.get_payload(decode=True) or b""
    return _header(BytesParser().parsebytes(headers, headersonly=True), "Message-ID")


def _children(part: Part) -> list[Part]:
    found = part.get_payload()
    parts = found[:MOST_PARTS] if isinstance(found, list) else []
    return [part for part in parts if isinstance(part, Part)]


def _header(part: Part, name: str) -> str:
    """On one line, without what no text has."""
    text = str(part.get(name) or "")[:MOST_LETTERS]
    text = "".join(" " if category(letter)[0] == "C" else letter for letter in text)
    return " ".join(text.split())


def _recipient(value: str) -> str:
    """Of "rfc822; ada@example.com"."""
    return value.partition(";")[2].strip().strip("<>").casefold()


def _address(value: str) -> str:
    return parseaddr(value)[1].casefold()


def _date(value: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(value)
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return aware.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
