"""The daily mail: what waits for somebody, at their hour of their days of work.

A row for each of their days is made when the hour has come, once, whoever makes it: the
mail goes out as often as the row exists. A row without anything to say is kept, too, so
that what comes later that day is not news of the morning.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection, transaction

from accounts.emails import compose_digest
from accounts.models import Digest, User
from accounts.selectors import Inbox, inbox_today
from accounts.services.mailing.leasing import LEASE, Leased, send_leased
from sales.selectors.calendars import working_time_of, working_times

# A scheduler that was down makes it up for so long; then it is no morning any more.
MADE_UP_FOR = 4
KEPT = timedelta(days=30)


def mail_digests(*, at: datetime) -> int:
    """Mail all whose hour has come; return how many mails went out.

    Safe to repeat, and in two workers at once.
    """
    plan_digests(at=at)
    due = Digest.objects.to_mail(at=at).order_by("mail_due_at", "pk")
    return sum(_mail(pk, at=at) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def plan_digests(*, at: datetime) -> int:
    """Make the rows of those whose hour it is now; return how many were not there."""
    people = list(User.objects.wanting_digest().order_by("pk"))
    times = working_times(people, at=at)
    wanted = []
    for user in people:
        here = at.astimezone(times[user.pk].zone)
        is_time = user.digest_hour <= here.hour < user.digest_hour + MADE_UP_FOR
        if is_time and times[user.pk].works_on(here.date()):
            wanted.append(Digest(user=user, day=here.date(), mail_due_at=at))
    known = set(
        Digest.objects.filter(user__in=[row.user_id for row in wanted])
        .filter(day__gte=at.date() - timedelta(days=1))
        .values_list("user_id", "day")
    )
    new = [row for row in wanted if (row.user_id, row.day) not in known]
    if new:
        Digest.objects.bulk_create(new, ignore_conflicts=True)
        Digest.objects.filter(day__lt=at.date() - KEPT).delete()
    return len(new)


def _mail(pk: int, *, at: datetime) -> bool:
    claimed = _claim(pk, at=at)
    if claimed is None:
        return False
    digest, news = claimed
    row = Digest.objects.filter(pk=digest.pk)
    leased = Leased(
        rows=row,
        waiting=row,
        lease=digest.mail_due_at,
        attempts=digest.mail_attempts,
        user_id=digest.user_id,
    )
    zone = working_time_of(digest.user, at=at).zone
    mail = compose_digest(digest.user, news, day=digest.day, zone=zone)
    return send_leased(mail, leased)


@transaction.atomic
def _claim(pk: int, *, at: datetime) -> tuple[Digest, Inbox] | None:
    """Ours for a minute, with what there is to say; None if another run has it, if
    there is nothing to say, or if they want none any more.
    """
    skips = connection.features.has_select_for_update_skip_locked
    rows = Digest.objects.to_mail(at=at).select_for_update(
        no_key=True, skip_locked=skips, of=("self",)
    )
    digest = rows.select_related("user").filter(pk=pk).first()
    if digest is None:
        return None
    zone = working_time_of(digest.user, at=at).zone
    is_their_day = at.astimezone(zone).date() == digest.day
    news = inbox_today(digest.user, at=at, zone=zone)
    if not (news.waiting and digest.user.wants_digest and is_their_day):
        Digest.objects.filter(pk=pk).update(mail_due_at=None)
        return None
    digest.mail_due_at = at + LEASE
    digest.mail_attempts += 1
    digest.save(update_fields=["mail_due_at", "mail_attempts"])
    return digest, news
