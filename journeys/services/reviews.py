"""Reviewing journeys: when it is due, who is reminded, and what was found."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.languages import language_of
from accounts.models import User
from accounts.models.notification import Notification
from accounts.services.notifications import Line, finish_notifications, renew_line
from journeys.models import Journey, JourneyReview
from journeys.selectors.versions import latest_number
from journeys.services.following import follow_plan
from leadhub.errors import DomainError, InvalidValue

RUNNING = ("is_active", "owner", "review_date", "remind_days")


class ReviewedMeanwhile(DomainError):
    code = "reviewed_meanwhile"


class NextReviewInPast(InvalidValue):
    code = "in_past"
    attr = "next_date"


@transaction.atomic
def keep_running(
    *,
    journey: Journey,
    is_active: bool,
    owner: User | None,
    review_date: date | None,
    remind_days: int,
    by: User,
    at: datetime,
) -> Journey:
    """Switch a journey on or off; say who reviews it by when, reminded how early.

    Of another date somebody is reminded anew. Contacts follow one that is switched on
    in the background.
    """
    journey = Journey.objects.select_for_update(no_key=True).get(pk=journey.pk)
    starts = is_active and not journey.is_active
    if review_date != journey.review_date:
        _take_back_reminder(journey, at=at)
    journey.is_active, journey.owner = is_active, owner
    journey.review_date, journey.remind_days = review_date, remind_days
    journey.updated_at, journey.updated_by = at, by
    journey.save(update_fields=[*RUNNING, "updated_at", "updated_by"])
    if starts:
        follow_plan(by=by, at=at)
    return journey


@transaction.atomic
def finish_review(
    *,
    journey: Journey,
    due: date | None,
    note: str,
    next_date: date | None,
    by: User,
    at: datetime,
) -> JourneyReview:
    """Note that somebody has reviewed the journey, and by when the next review is.

    ``due`` is the date they have seen: raises ``ReviewedMeanwhile`` if it is another by
    now, so that a review is noted once. Raises ``NextReviewInPast``.
    """
    journey = Journey.objects.select_for_update(no_key=True).get(pk=journey.pk)
    if journey.review_date != due:
        raise ReviewedMeanwhile(_("Somebody has just reviewed it, or moved the date."))
    if next_date is not None and next_date <= timezone.localdate(at):
        raise NextReviewInPast(_("The next review is after today."))
    journey.review_date = next_date
    journey.save(update_fields=["review_date"])
    _take_back_reminder(journey, at=at)
    return JourneyReview.objects.create(
        journey=journey,
        note=note.strip(),
        due_date=due,
        next_date=next_date,
        version=latest_number(journey) or None,
        at=at,
        by=by,
    )


@transaction.atomic
def remind_of_reviews(*, at: datetime) -> int:
    """Put reviews that are near, and those that are late, into the responsible inbox.

    Each once: near by ``remind_days``, and the day after. The second brings the line of
    the first back. Return how many journeys. Safe to repeat.
    """
    today = timezone.localdate(at)
    near = Q(review_date__lte=today + timedelta(days=366))
    told = Q(overdue_date=F("review_date"))
    rows = Journey.objects.select_for_update(no_key=True).live().filter(near)
    count = 0
    for journey in rows.exclude(told).order_by("pk"):
        due = journey.review_date
        if due is None:
            continue
        if due < today:
            journey.overdue_date = due
        elif journey.reminded_date == due or today < due - timedelta(
            days=journey.remind_days
        ):
            continue
        journey.reminded_date = due
        journey.save(update_fields=["reminded_date", "overdue_date"])
        _remind(journey, due, is_late=due < today, at=at)
        count += 1
    return count


def responsible_for(journey: Journey) -> Iterable[User]:
    """Who is asked to review it: its owner, who changed it last, or all marketers."""
    for user in (journey.owner, journey.updated_by):
        if user is not None and user.is_active and user.runs_marketing:
            return [user]
    marketers = User.objects.active().filter(role=User.Role.MARKETER).order_by("pk")
    return list(marketers) or list(User.objects.administrators())


def _remind(journey: Journey, due: date, *, is_late: bool, at: datetime) -> None:
    for recipient in responsible_for(journey):
        with translation.override(language_of(recipient)):
            day = {"date": date_format(due, "SHORT_DATE_FORMAT")}
            text = (
                _("It was to be looked at by %(date)s.")
                if is_late
                else _("It is to be looked at by %(date)s.")
            )
            line = Line(
                recipient=recipient,
                kind=Notification.Kind.SYSTEM,
                key=_key(journey),
                subject_id=journey.pk,
                title=_("Review the journey %s") % journey,
                detail=text % day,
                url=reverse("journeys:review", args=[journey.pk]),
            )
            renew_line(line=line, at=at, surfaces_at=at)


def _take_back_reminder(journey: Journey, *, at: datetime) -> None:
    finish_notifications(
        kind=Notification.Kind.SYSTEM,
        subject_id=journey.pk,
        key=_key(journey),
        at=at,
    )


def _key(journey: Journey) -> str:
    return f"journey-review:{journey.pk}"
