"""Ways for a mail to leave: SMTP step by step, a provider's API, or none.

A line is kept for a run. It says for certain what became of a mail, or that nobody
knows: ``Refused`` and ``Unreachable`` mean that the mail did not leave.
"""

from __future__ import annotations

import re
import smtplib
from typing import Any, Protocol

from django.conf import settings
from django.core.mail import get_connection

from accounts.emails import open_mail_server
from campaigns.mailing.composing import Mail, wire_address

# What RFC 5321 grants a server after the final dot.
FINAL_DOT_SECONDS = 600
SERVICE_CLOSES = 421
# What is answered where no mail server is.
KEPT = "kept"
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


class Refused(Exception):
    """The other side said no. ``step`` is "mail", "rcpt", "data" or "end"."""

    def __init__(self, step: str, code: int, text: Any) -> None:
        words = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
        self.step, self.code, self.text = step, code, " ".join(words.split())[:300]
        super().__init__(f"{step}: {code} {self.text}")

    @property
    def is_final(self) -> bool:
        return self.code >= 500

    @property
    def enhanced(self) -> tuple[int, int, int] | None:
        """The answer's class, subject and detail (RFC 3463), if it names them."""
        found = _ENHANCED.search(self.text)
        return (int(found[1]), int(found[2]), int(found[3])) if found else None


class Unreachable(Exception):
    """There is no server to talk to, or it went away before it got the mail."""


class Unclear(Exception):
    """The mail may have arrived."""


class Line(Protocol):
    def offer(self, mail: Mail) -> None:
        """Up to one RCPT TO. Raises ``Refused`` and ``Unreachable``."""

    def withdraw(self) -> None:
        """Take back what was offered."""

    def transmit(self, mail: Mail) -> str:
        """Hand it over; return the answer. Raises also ``Unclear``."""

    def close(self) -> None: ...


def open_line() -> Line:
    """The line that the settings name. It connects when it is needed."""
    backend = settings.EMAIL_BACKEND
    if backend.endswith(".smtp.EmailBackend"):
        return SmtpLine()
    if backend.endswith(".filebased.EmailBackend"):
        return KeepingLine()
    return BackendLine()


class SmtpLine:
    """One connection, kept. Each command has ten seconds, the final dot ten minutes."""

    def __init__(self) -> None:
        self._server: Any = None

    @property
    def _smtp(self) -> smtplib.SMTP:
        return self._server.connection

    def offer(self, mail: Mail) -> None:
        was_kept = self._server is not None
        try:
            self._ask(mail)
        except Unreachable:
            # Servers close connections that nothing was said on for a while.
            if not was_kept:
                raise
            self._ask(mail)

    def _ask(self, mail: Mail) -> None:
        if self._server is None:
            try:
                self._server = open_mail_server()
                self._smtp.ehlo_or_helo_if_needed()
            except (OSError, smtplib.SMTPException) as error:
                self._drop()
                raise Unreachable(str(error)[:300]) from error
        for step, command, address in (
            ("mail", self._smtp.mail, wire_address(mail.sender)),
            ("rcpt", self._smtp.rcpt, wire_address(mail.recipient)),
        ):
            try:
                code, text = command(address)
            except (OSError, smtplib.SMTPException) as error:
                self._drop()
                raise Unreachable(str(error)[:300]) from error
            self._check(step, code, text)

    def _check(self, step: str, code: int, text: bytes) -> None:
        if code == SERVICE_CLOSES:
            self._drop()
            raise Unreachable(Refused(step, code, text).text)
        if not 200 <= code < 300:
            self.withdraw()
            raise Refused(step, code, text)

    def withdraw(self) -> None:
        if self._server is None:
            return
        try:
            self._smtp.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def transmit(self, mail: Mail) -> str:
        data = _stuffed(mail.as_bytes)
        try:
            code, text = self._smtp.docmd("DATA")
        except (OSError, smtplib.SMTPException) as error:
            # Nothing of the mail has been sent yet.
            self._drop()
            raise Unreachable(str(error)[:300]) from error
        if code != 354:
            if code == SERVICE_CLOSES:
                self._check("data", code, text)
            self.withdraw()
            raise Refused("data", code if code >= 400 else 451, text)
        try:
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(FINAL_DOT_SECONDS)
            self._smtp.send(data)
            code, text = self._smtp.getreply()
            if self._smtp.sock is not None:
                self._smtp.sock.settimeout(settings.EMAIL_TIMEOUT)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise Unclear(str(error)[:300]) from error
        answer = Refused("end", code, text)
        if code == SERVICE_CLOSES:
            self._drop()
        if code >= 400:
            raise answer
        if not 200 <= code < 300:
            self._drop()
            raise Unclear(answer.text)
        return f"{code} {answer.text}"

    def close(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def _drop(self) -> None:
        """Without a word: who is gone, or late, would let us wait for an answer."""
        server, self._server = self._server, None
        if server is not None and server.connection is not None:
            smtplib.SMTP.close(server.connection)


class BackendLine:
    """A backend of Django's, e.g. a provider's API through anymail: in one step."""

    def __init__(self) -> None:
        self._backend: Any = None

    def offer(self, mail: Mail) -> None:
        if self._backend is None:
            backend = get_connection()
            try:
                backend.open()
            except Exception as error:
                raise Unreachable(str(error)[:300]) from error
            self._backend = backend

    def withdraw(self) -> None:
        pass

    def transmit(self, mail: Mail) -> str:
        mail.message.connection = self._backend
        try:
            mail.message.send()
        except Exception as error:
            status = getattr(error, "status_code", None)
            if type(error).__name__ == "AnymailRecipientsRefused":
                raise Refused("end", 550, error) from error
            if status == 429:
                raise Refused("end", 450, error) from error
            if status is not None and 400 <= status < 500:
                raise Refused("data", 554, error) from error
            raise Unclear(str(error)[:300]) from error
        status = getattr(mail.message, "anymail_status", None)
        return str(getattr(status, "message_id", "") or "")

    def close(self) -> None:
        if self._backend is not None:
            self._backend.close()


class KeepingLine:
    """No mail server is set up: mails are kept, and shown under Campaigns."""

    def offer(self, mail: Mail) -> None:
        pass

    def withdraw(self) -> None:
        pass

    def transmit(self, mail: Mail) -> str:
        return KEPT

    def close(self) -> None:
        pass


def _stuffed(mail: bytes) -> bytes:
    """With the final dot, and no other (RFC 5321, 4.5.2)."""
    stuffed = re.sub(rb"(?m)^\.", b"..", mail)
    return stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") + b".\r\n"
