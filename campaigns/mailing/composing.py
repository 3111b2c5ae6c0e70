"""A rendered mail as it goes over the wire."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.charset import QP, Charset
from email.utils import formataddr, parseaddr
from functools import cached_property
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from campaigns.models.message import Message, MessageFile
from campaigns.models.sender import Sender
from campaigns.rendering.language import one_line
from campaigns.rendering.mails import Rendered
from contacts.gate import Purpose
from leadhub.errors import DomainError

# Seven bits and short lines: nothing on the way has a reason to change it.
UTF8 = Charset("utf-8")
UTF8.body_encoding = QP


class BadAddress(DomainError):
    code = "bad_address"


@dataclass(frozen=True)
class Mail:
    """What is handed over: to one recipient, and nobody else."""

    message: EmailMultiAlternatives
    sender: str
    recipient: str
    rendered: Rendered
    # Links in it tell who takes them, and an image that it was opened.
    is_tracked: bool = False

    @cached_property
    def as_bytes(self) -> bytes:
        """As it goes over the wire (RFC 5322); made once, so what is kept is what left."""
        return self.message.message().as_bytes(linesep="\r\n")


def compose(
    rendered: Rendered,
    *,
    message: Message,
    sender: Sender | None,
    unsubscribe_url: str = "",
    is_tracked: bool = False,
    files: Sequence[MessageFile] = (),
) -> Mail:
    """The whole mail. With ``unsubscribe_url`` it can be unsubscribed from by one click

    (RFC 8058). A colleague's own mail is in their name, and answers go to them.
    ``files`` are attached.
    """
    by = message.by if message.purpose == Purpose.PERSONAL else None
    name, address, reply_to = _from(sender)
    if by is not None:
        name, reply_to = str(by), by.email
    headers = {"Message-ID": message_id(message)}
    if by is None:
        headers["Auto-Submitted"] = "auto-generated"
    if unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    contact = message.contact
    mail = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=formataddr((one_line(name), wire_address(address))),
        to=[formataddr((one_line(contact.full_name), wire_address(contact.email)))],
        reply_to=[reply_to] if reply_to else None,
        headers=headers,
    )
    mail.encoding = UTF8
    mail.attach_alternative(rendered.html, "text/html")
    for file in files:
        mail.attach(file.name, bytes(file.data), file.content_type)
    # Providers give it back with what they report.
    mail.metadata = {"token": message.token}
    return Mail(
        mail,
        sender=address,
        recipient=contact.email,
        rendered=rendered,
        is_tracked=is_tracked,
    )


def wire_address(address: str) -> str:
    """The address as mail servers know it; domains of other scripts have two names.

    Raises ``BadAddress`` for a mailbox that only servers with SMTPUTF8 would know.
    """
    local, _at, domain = address.rpartition("@")
    try:
        found = f"{local}@{domain.encode('idna').decode()}"
        found.encode("ascii")
    except UnicodeError:
        sentence = _("No mail server understands the address %(address)s.")
        raise BadAddress(sentence % {"address": address}) from None
    return found


def message_id(message: Message) -> str:
    """Made of the row, so that a bounce or a report tells what it is about."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<{message.token}.{message.attempts}@{host}>"


def tokens_in(text: str) -> list[str]:
    """Of the messages whose Message-IDs ``text`` names, in its order."""
    host = re.escape(urlsplit(settings.SITE_URL).hostname or "localhost")
    return re.findall(rf"(?i)<([\w-]{{10,32}})\.\d{{1,5}}@{host}>", text)


def _from(sender: Sender | None) -> tuple[str, str, str]:
    if sender is not None:
        return sender.name, sender.email, sender.reply_to
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    return name, address, ""
