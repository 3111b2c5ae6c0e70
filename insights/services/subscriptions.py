"""Who gets which report by mail, and when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import scope
from insights.models import ReportMail, ReportSubscription
from insights.reports.registry import REPORTS
from insights.tasks import mail_reports
from journeys.models import Journey
from leadhub.errors import DomainError, InvalidValue
from leadhub.queue import enqueue


class BadSubscription(InvalidValue):
    """Its ``attr`` says what is wrong."""

    code = "bad_subscription"


class NotForThem(DomainError):
    """Whoever subscribes others, or somebody to what that person may not read."""

    code = "not_for_them"


@transaction.atomic
def subscribe(
    *,
    users: Sequence[User],
    report: str,
    every: str,
    weekday: int,
    hour: int,
    journey: Journey | None = None,
    by: User,
    at: datetime,
) -> list[ReportSubscription]:
    """Let each of ``users`` get a report; return their subscriptions.

    Weekly on ``weekday`` (0 is Monday), monthly on the first of its kind, from ``hour``
    on by the clock of the user. Who gets it already gets it then from now on. Only
    people who work here: no figures leave by mail unseen. Who leads subscribes anybody,
    others themselves. Raises ``BadSubscription``, ``NotForThem``.
    """
    found = REPORTS.get(report)
    if found is None:
        raise BadSubscription(_("There is no such report."), attr="report")
    if every not in ReportSubscription.Every.values:
        raise BadSubscription(_("Every week, or every month."), attr="every")
    if weekday not in ReportSubscription.Weekday.values:
        raise BadSubscription(_("A day of the week, from 0 to 6."), attr="weekday")
    if not 0 <= hour <= 23:
        raise BadSubscription(_("An hour from 0 to 23."), attr="hour")
    if found.needs_journey != (journey is not None):
        needs, none = _("Say of which journey."), _("It is about all journeys.")
        raise BadSubscription(needs if found.needs_journey else none, attr="journey")
    if not users:
        raise BadSubscription(_("Say who gets it."), attr="users")
    for user in users:
        if user.pk != by.pk and not by.leads:
            raise NotForThem(_("Others are subscribed by who leads."))
        if not (user.is_active and found.may_read(user)):
            sentence = _("%(name)s may not read this report.") % {"name": user}
            raise NotForThem(sentence)
        if journey and not scope(user, Journey, "read").filter(pk=journey.pk).exists():
            raise NotForThem(_("%(name)s may not see this journey.") % {"name": user})
    rows = []
    for user in users:
        row, _is_new = ReportSubscription.objects.update_or_create(
            user=user,
            report=report,
            journey=journey,
            every=every,
            defaults={"weekday": weekday, "hour": hour},
            create_defaults={
                "weekday": weekday,
                "hour": hour,
                "created_by": by,
                "created_at": at,
            },
        )
        rows.append(row)
    return rows


@transaction.atomic
def unsubscribe(*, subscription: ReportSubscription) -> None:
    """No more of them, nor those that wait to be mailed. Repeating is harmless."""
    ReportSubscription.objects.filter(pk=subscription.pk).delete()


@transaction.atomic
def send_now(*, subscription: ReportSubscription, by: User, at: datetime) -> ReportMail:
    """Mail it to ``by`` as soon as may be, as it would come today.

    While one is on its way to them, that is answered again.
    """
    rows = ReportSubscription.objects.select_for_update(no_key=True)
    rows.get(pk=subscription.pk)
    mails = ReportMail.objects.filter(subscription=subscription, user=by, day=None)
    waiting = mails.filter(mail_due_at__isnull=False).order_by("pk").first()
    if waiting is None:
        waiting = ReportMail.objects.create(
            subscription=subscription, user=by, made_at=at, mail_due_at=at
        )
    enqueue(mail_reports)
    return waiting
