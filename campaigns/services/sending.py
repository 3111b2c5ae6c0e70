"""Sending what is due: at most once, whoever is killed, and never after an objection.

Several senders may run at once, in threads, workers or hosts. Each takes some mails for
a minute. With one after the other it talks to the mail server up to its recipient,
passes the point of no return in a transaction with the contact's guard locked, writes
the key into a file that no restored backup takes back, and only then hands the mail
over. From there on it is never tried again by itself unless the other side says for
certain that it did not take it.
"""

from __future__ import annotations

import logging
import time
from contextlib import closing
from datetime import timedelta

from django.db import DatabaseError, connection
from django.utils import timezone

from campaigns.mailing.composing import Mail
from campaigns.mailing.journal import note_handover
from campaigns.mailing.lines import Line, Refused, Unclear, Unreachable, open_line
from campaigns.models.message import Message
from campaigns.models.sender import Sender
from campaigns.services.claiming import Claimed, claimed
from campaigns.services.preparing import prepare
from campaigns.services.reactions import note_refusal
from campaigns.services.steps import (
    give_back,
    note_failed,
    note_sent,
    note_unknown,
    pass_point_of_no_return,
    refuse,
)
from campaigns.services.sweeping import sweep_messages
from leadhub.breaker import Breaker
from leadhub.errors import DomainError

logger = logging.getLogger(__name__)

# How long a run goes on; the next one takes what is left.
RUN_SECONDS = 300
# So many in a row that no server would hear of, and the run ends.
PATIENCE = 3
RETRY = timedelta(seconds=60)
# Seconds between tries to store that a mail has left.
AFTER_A_FAILURE = (1, 2, 4, 8, 16, 32)
# Whoever was stopped for so long behind the point of no return may have been taken for
# dead, and a person may have decided meanwhile.
STALE_SECONDS = 300
# A mail server that is down is not asked again for half a minute.
breaker = Breaker(pause=30)


def send_due_messages() -> int:
    """Send what is due, one mail after the other; return how many were taken.

    First gives back, or lists as unknown, what killed senders have left behind. Safe to
    run at any time and as often as one likes.
    """
    now = timezone.now()
    sweep_messages(at=now)
    if not Message.objects.due(at=now).exists() or breaker.is_open():
        return 0
    sent, misses = 0, 0
    sender = Sender.objects.current()
    per_domain = (sender or Sender()).per_domain
    mails = claimed(per_domain=per_domain, seconds=RUN_SECONDS)
    with closing(open_line()) as line, closing(mails):
        for mail in mails:
            try:
                sent += _send(mail, sender=sender, line=line)
                misses = 0
            except Unreachable as error:
                logger.warning("The mail server cannot be reached: %s", error)
                now = timezone.now()
                give_back(mail.message, at=now, due_at=now + RETRY, why=str(error))
                misses += 1
                if misses >= PATIENCE:
                    breaker.failed()
                    break
            else:
                breaker.worked()
    return sent


def _send(taken: Claimed, *, sender: Sender | None, line: Line) -> bool:
    """Bring one claimed mail to where it can get now. True if it was taken.

    Raises ``Unreachable``: then nothing has left.
    """
    message, now = taken.message, timezone.now()
    try:
        if taken.against and refuse(message, at=now):
            return False
        mail = prepare(message, sender=sender, supplies=taken.supplies, at=now)
    except DomainError as refusal:
        note_failed(
            message,
            reason=refusal.code,
            detail=getattr(refusal, "name", str(refusal)),
            at=timezone.now(),
        )
        return False
    except DatabaseError as error:
        _put_off(message, error)
        return False
    except Exception:
        logger.exception("Message %s cannot be made a mail.", message.pk)
        note_failed(message, reason="broken", detail="", at=timezone.now())
        return False
    try:
        line.offer(mail)
    except Refused as refusal:
        note_refusal(message, refusal, at=timezone.now())
        return False
    return _hand_over(message, mail, line=line)


def _hand_over(message: Message, mail: Mail, *, line: Line) -> bool:
    try:
        may = pass_point_of_no_return(message, mail, at=timezone.now())
    except DatabaseError as error:
        line.withdraw()
        _put_off(message, error)
        return False
    if not may:
        line.withdraw()
        return False
    began = time.monotonic()
    try:
        note_handover(key=message.key, token=message.token, at=timezone.now())
        if time.monotonic() - began > STALE_SECONDS:
            line.withdraw()
            raise Unreachable("it was stopped for too long")
        answer = line.transmit(mail)
    except Refused as refusal:
        note_refusal(message, refusal, at=timezone.now())
    except Unclear as error:
        logger.error("Nobody knows whether message %s arrived: %s", message.pk, error)
        note_unknown(message, why=str(error), at=timezone.now())
    except OSError:
        # The journal's disk is full: it may not leave.
        logger.exception("The journal of sent mails cannot be written.")
        line.withdraw()
        raise Unreachable("the journal cannot be written") from None
    else:
        return _keep_that_it_left(message, answer)
    return False


def _put_off(message: Message, error: DatabaseError) -> None:
    """E.g. somebody held the guard for too long. Nothing has left."""
    now = timezone.now()
    give_back(message, at=now, due_at=now + RETRY, why=str(error))


def _keep_that_it_left(message: Message, answer: str) -> bool:
    """Write it down, for as long as a database takes to come back.

    What was taken by the mail server and is not written down would be unknown.
    """
    for pause in AFTER_A_FAILURE:
        try:
            return note_sent(message, answer=answer, at=timezone.now())
        except DatabaseError:
            logger.exception("Message %s left, which cannot be stored.", message.pk)
            if not connection.in_atomic_block:
                connection.close_if_unusable_or_obsolete()
            time.sleep(pause)
    return note_sent(message, answer=answer, at=timezone.now())
