"""Mails as they were handed over."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from email import policy
from email.parser import BytesParser

from campaigns.models.message import Message, MessageCopy

# Our own image, which would count as opening the mail.
_PIXEL = re.compile(r'<img [^>]*src="[^"]*/t/o/[^"]*"[^>]*>')


@dataclass(frozen=True, slots=True)
class Copy:
    """What is kept of a mail, taken apart. ``html`` is without our invisible image."""

    subject: str
    preheader: str
    recipient: str
    headers: list[tuple[str, str]]
    text: str
    html: str
    # Names of what went along with it.
    files: list[str]

    @property
    def sender(self) -> str:
        return dict(self.headers).get("From", "")

    @property
    def message_id(self) -> str:
        """As it stands in the logs of mail servers."""
        return dict(self.headers).get("Message-ID", "")


def copy_of(message: Message) -> Copy | None:
    """The latest mail that was, or was about to be, handed over; None before that."""
    row = MessageCopy.objects.filter(message=message).first()
    if row is None:
        return None
    parser = BytesParser(policy=policy.default)
    mail = parser.parsebytes(zlib.decompress(row.mail))
    text, html = (mail.get_body((kind,)) for kind in ("plain", "html"))
    return Copy(
        subject=row.subject,
        preheader=row.preheader,
        recipient=row.recipient,
        headers=[(name, str(value)) for name, value in mail.items()],
        text=text.get_content() if text else "",
        html=_PIXEL.sub("", html.get_content()) if html else "",
        files=[part.get_filename("") for part in mail.iter_attachments()],
    )
