"""Mails to the people who work here: each goes out once at most.

A run has claimed rows for a minute (``mail_due_at`` is when that is over). It connects to
the mail server, and only then gives the claim up for good: whatever happens from there
on, they are not mailed again. Before that point a killed run leaves them to the next one.
"""

from __future__ import annotations

import logging
import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.utils import timezone

from accounts.emails import open_mail_server

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 6


@dataclass(frozen=True, slots=True)
class Leased:
    """The rows that a mail is about, and those of them that are still to be mailed."""

    rows: QuerySet
    waiting: QuerySet
    lease: datetime
    attempts: int
    user_id: int


def send_leased(mail: EmailMultiAlternatives, leased: Leased) -> bool:
    """True if the mail server took it."""
    try:
        server = open_mail_server()
    except (OSError, smtplib.SMTPException) as error:
        _try_again(leased, why=error)
        return False
    try:
        if not _pass_the_point_of_no_return(leased):
            return False
        mail.connection = server
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _text in error.recipients.values()}
        _refused(leased, is_final=min(codes) >= 500, why=error)
    except smtplib.SMTPServerDisconnected as error:
        _unknown(leased, why=error)
    except smtplib.SMTPResponseException as error:
        _refused(leased, is_final=error.smtp_code >= 500, why=error)
    except (OSError, smtplib.SMTPException) as error:
        _unknown(leased, why=error)
    else:
        leased.rows.update(mailed_at=timezone.now())
        return True
    finally:
        server.close()
    return False


def _pass_the_point_of_no_return(leased: Leased) -> bool:
    """Give the claim up. False if another run has it, or if nothing is to be mailed."""
    ours = leased.waiting.filter(mail_due_at=leased.lease)
    return ours.update(mail_due_at=None) > 0


def _try_again(leased: Leased, *, why: Exception) -> None:
    """Not sent for sure: later once more, with growing pauses."""
    if leased.attempts >= MAX_ATTEMPTS:
        logger.error("Mail to user %s given up: %s", leased.user_id, why)
        leased.rows.update(mail_due_at=None)
        return
    pause = timedelta(seconds=30 * 4 ** (leased.attempts - 1))
    logger.warning("Mail to user %s is tried again: %s", leased.user_id, why)
    leased.waiting.update(mail_due_at=timezone.now() + pause)


def _refused(leased: Leased, *, is_final: bool, why: Exception) -> None:
    if is_final:
        logger.error("Mail to user %s was refused: %s", leased.user_id, why)
    else:
        _try_again(leased, why=why)


def _unknown(leased: Leased, *, why: Exception) -> None:
    """It may have arrived. Nobody tries again: once at most."""
    logger.error(
        "Nobody knows whether the mail to user %s arrived: %s", leased.user_id, why
    )
