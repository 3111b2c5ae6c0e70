"""Telling people by mail what has come into their inbox, once at most."""

from __future__ import annotations

import logging
import smtplib
from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, models, transaction
from django.db.models import F
from django.utils import timezone

from accounts.emails import compose_notifications, open_mail_server
from accounts.models import Notification, User

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 6
# One mail names as many; the rest is in the inbox, where the mail leads.
BUNDLE = 20


def mail_due_notifications() -> int:
    """Mail what is due, one mail per recipient; return how many mails went out.

    A run claims a recipient's lines for a minute, connects to the mail server, and
    only then gives up the claim for good: whatever happens from there on, they are not
    mailed again. Before that point a killed run leaves them to the next one.
    """
    sent = 0
    tried: set[int] = set()
    while (recipient_id := _next_recipient(tried)) is not None:
        tried.add(recipient_id)
        bundle = _claim(recipient_id)
        if bundle and _deliver(bundle):
            sent += 1
    return sent


def _next_recipient(tried: set[int]) -> int | None:
    due = Notification.objects.to_mail(at=timezone.now())
    due = due.exclude(recipient__in=tried).order_by("mail_due_at", "pk")
    return due.values_list("recipient_id", flat=True).first()


@transaction.atomic
def _claim(recipient_id: int) -> list[Notification]:
    """The recipient's lines that are due, ours until the lease is over."""
    now = timezone.now()
    skips = connection.features.has_select_for_update_skip_locked
    bundle = list(
        Notification.objects.to_mail(at=now)
        .filter(recipient=recipient_id)
        .select_for_update(no_key=True, skip_locked=skips, of=("self",))
        .select_related("recipient")
        .order_by("-surfaces_at", "-pk")
    )
    if not bundle:
        return []
    recipient: User = bundle[0].recipient
    ids = [line.pk for line in bundle]
    if not recipient.wants_mail:
        Notification.objects.filter(pk__in=ids).update(mail_due_at=None)
        return []
    lease = now + LEASE
    Notification.objects.filter(pk__in=ids).update(
        mail_due_at=lease, mail_attempts=F("mail_attempts") + 1
    )
    for line in bundle:
        line.mail_due_at = lease
        line.mail_attempts += 1
    return bundle


def _deliver(bundle: Sequence[Notification]) -> bool:
    """Send one mail about them. True if the mail server took it."""
    mail = compose_notifications(bundle[0].recipient, bundle[:BUNDLE], of=len(bundle))
    try:
        server = open_mail_server()
    except (OSError, smtplib.SMTPException) as error:
        _try_again(bundle, why=error)
        return False
    try:
        if not _pass_the_point_of_no_return(bundle):
            return False
        mail.connection = server
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _text in error.recipients.values()}
        _refused(bundle, is_final=min(codes) >= 500, why=error)
    except smtplib.SMTPServerDisconnected as error:
        _unknown(bundle, why=error)
    except smtplib.SMTPResponseException as error:
        _refused(bundle, is_final=error.smtp_code >= 500, why=error)
    except (OSError, smtplib.SMTPException) as error:
        _unknown(bundle, why=error)
    else:
        _rows(bundle).update(mailed_at=timezone.now())
        return True
    finally:
        server.close()
    return False


def _pass_the_point_of_no_return(bundle: Sequence[Notification]) -> bool:
    """Give the claim up. False if another run has it, or if all are done by now."""
    ours = _rows(bundle).filter(mail_due_at=bundle[0].mail_due_at, done_at=None)
    return ours.update(mail_due_at=None) > 0


def _try_again(bundle: Sequence[Notification], *, why: Exception) -> None:
    """Not sent for sure: later once more, with growing pauses."""
    attempts = max(line.mail_attempts for line in bundle)
    if attempts >= MAX_ATTEMPTS:
        logger.error("Mail to user %s given up: %s", bundle[0].recipient_id, why)
        _rows(bundle).update(mail_due_at=None)
        return
    pause = timedelta(seconds=30 * 4 ** (attempts - 1))
    logger.warning("Mail to user %s is tried again: %s", bundle[0].recipient_id, why)
    _rows(bundle).filter(done_at=None).update(mail_due_at=timezone.now() + pause)


def _refused(bundle: Sequence[Notification], *, is_final: bool, why: Exception) -> None:
    if is_final:
        logger.error("Mail to user %s was refused: %s", bundle[0].recipient_id, why)
    else:
        _try_again(bundle, why=why)


def _unknown(bundle: Sequence[Notification], *, why: Exception) -> None:
    """It may have arrived. Nobody tries again: once at most."""
    logger.error(
        "Nobody knows whether the mail to user %s arrived: %s",
        bundle[0].recipient_id,
        why,
    )


def _rows(bundle: Sequence[Notification]) -> models.QuerySet[Notification]:
    return Notification.objects.filter(pk__in=[line.pk for line in bundle])
