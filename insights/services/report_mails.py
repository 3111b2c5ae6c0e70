"""Reports by mail: each once, at its hour of its day, with what its reader may see.

The same machinery as of the daily mail: a row for each day on which one is due, made
once, whoever makes it; the mail goes out as often as the row exists.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, tzinfo

from django.db import connection, transaction

from accounts.services.mailing.leasing import LEASE, Leased, send_leased
from insights.emails import compose_report
from insights.models import ReportMail, ReportSubscription
from insights.selectors.report_mails import asked_of, period_on
from sales.selectors.calendars import working_times

DAY = timedelta(days=1)
# A scheduler that was down makes it up for so long; then the next one will do.
MADE_UP_FOR = DAY
KEPT = timedelta(days=90)


def mail_reports(*, at: datetime) -> int:
    """Mail all whose hour has come; return how many mails went out.

    Safe to repeat, and in two workers at once.
    """
    plan_report_mails(at=at)
    due = ReportMail.objects.to_mail(at=at).order_by("mail_due_at", "pk")
    return sum(_mail(pk, at=at) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def plan_report_mails(*, at: datetime) -> int:
    """Make the rows of those whose hour it is; return how many were not there."""
    running = list(ReportSubscription.objects.running().select_related("user"))
    people = {row.user_id: row.user for row in running}
    times = working_times(list(people.values()), at=at) if people else {}
    wanted = [
        ReportMail(subscription=row, user=row.user, day=day, made_at=at, mail_due_at=at)
        for row in running
        if (day := due_day(row, zone=times[row.user_id].zone, at=at)) is not None
    ]
    known = set(
        ReportMail.objects.filter(
            subscription__in=[row.subscription_id for row in wanted],
            day__in={row.day for row in wanted},
        ).values_list("subscription_id", "day")
    )
    new = [row for row in wanted if (row.subscription_id, row.day) not in known]
    if new:
        ReportMail.objects.bulk_create(new, ignore_conflicts=True)
        old = ReportMail.objects.filter(made_at__lt=at - KEPT, mail_due_at=None)
        old.delete()
    return len(new)


def due_day(
    subscription: ReportSubscription, *, zone: tzinfo, at: datetime
) -> date | None:
    """The day of the mail that is due by now, by the clock of ``zone``.

    None if there is none, if its time is long over, or if nobody had subscribed then.
    """
    today = at.astimezone(zone).date()
    for day in (today, today - DAY):
        if day.weekday() != subscription.weekday:
            continue
        if subscription.every == ReportSubscription.Every.MONTH and day.day > 7:
            continue
        begins = datetime.combine(day, time(subscription.hour), tzinfo=zone)
        # Subtracted in UTC: a day on which the clocks change has its length.
        since = at.timestamp() - begins.timestamp()
        is_due = 0 <= since < MADE_UP_FOR.total_seconds()
        if is_due and subscription.created_at <= begins:
            return day
    return None


def _mail(pk: int, *, at: datetime) -> bool:
    mail = _claim(pk, at=at)
    if mail is None:
        return False
    row = ReportMail.objects.filter(pk=mail.pk)
    leased = Leased(
        rows=row,
        waiting=row,
        lease=mail.mail_due_at,
        attempts=mail.mail_attempts,
        user_id=mail.user_id,
    )
    subscription = mail.subscription
    period = period_on(subscription, mail.day, at=at)
    # Rights are asked for now, not when somebody subscribed.
    asked = asked_of(subscription, reader=mail.user, period=period)
    if asked is None:
        row.update(mail_due_at=None)
        return False
    return send_leased(compose_report(mail, asked), leased)


@transaction.atomic
def _claim(pk: int, *, at: datetime) -> ReportMail | None:
    """Ours for a minute; None if another run has it, or if they are gone."""
    skips = connection.features.has_select_for_update_skip_locked
    rows = ReportMail.objects.to_mail(at=at).select_for_update(
        no_key=True, skip_locked=skips, of=("self",)
    )
    rows = rows.select_related("user", "subscription__journey")
    mail = rows.filter(pk=pk).first()
    if mail is None:
        return None
    if not (mail.user.is_active and mail.user.email):
        ReportMail.objects.filter(pk=pk).update(mail_due_at=None)
        return None
    mail.mail_due_at = at + LEASE
    mail.mail_attempts += 1
    mail.save(update_fields=["mail_due_at", "mail_attempts"])
    return mail
