"""Telling people by mail what has come into their inbox, once at most."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.emails import compose_notifications
from accounts.models import Notification, User
from accounts.services.mailing.leasing import LEASE, Leased, send_leased

# One mail names as many; the rest is in the inbox, where the mail leads.
BUNDLE = 20


def mail_due_notifications() -> int:
    """Mail what is due, one mail per recipient; return how many mails went out."""
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
    recipient = bundle[0].recipient
    rows = Notification.objects.filter(pk__in=[line.pk for line in bundle])
    leased = Leased(
        rows=rows,
        waiting=rows.filter(done_at=None),
        lease=bundle[0].mail_due_at,
        attempts=max(line.mail_attempts for line in bundle),
        user_id=recipient.pk,
    )
    mail = compose_notifications(recipient, bundle[:BUNDLE], of=len(bundle))
    return send_leased(mail, leased)
