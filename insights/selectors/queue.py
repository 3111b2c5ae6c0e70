"""What wants somebody today, most urgent first."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localdate, localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.permissions import scope
from insights.selectors.deal_tasks import deal_tasks
from insights.selectors.marketing_tasks import marketing_tasks
from insights.selectors.reply_tasks import reply_tasks
from insights.selectors.tasks import SHOWN, Task
from journeys.models import Journey
from sales.models import Handoff
from sales.models import Task as SalesTask


def tasks_of(user: User, *, at: datetime) -> tuple[list[Task], int]:
    """The first tasks of the user, late ones first, and how many there are in all."""
    offered, offered_count = _offered(user, at)
    due, due_count = _due(user, at)
    deals, deal_count = deal_tasks(user, at=at)
    replies, reply_count = reply_tasks(user, at=at)
    campaigns, campaign_count = marketing_tasks(user, at=at)
    reviews = _reviews(user, at)
    timed = [*offered, *due, *replies, *deals]
    first = sorted(timed, key=lambda task: task.due_at or at)
    counts = (offered_count, due_count, deal_count, reply_count, campaign_count)
    # What is about many comes before what is about one and not late.
    late = [task for task in first if task.is_late]
    rest = [task for task in first if not task.is_late]
    tasks = [*late, *campaigns, *rest, *reviews]
    return tasks[:SHOWN], sum(counts) + len(reviews)


def late_handoffs(user: User, *, at: datetime) -> int:
    """How many offers that the user may see are past their promise."""
    offered = scope(user, Handoff, "read").filter(status=Handoff.Status.OFFERED)
    return offered.filter(accept_by__lt=at).count()


def _offered(user: User, at: datetime) -> tuple[list[Task], int]:
    offers = scope(user, Handoff, "read").filter(status=Handoff.Status.OFFERED)
    if user.role == User.Role.REP:
        offers = offers.filter(assignee=user)
    first = offers.select_related("contact__company", "assignee").order_by(
        "accept_by", "pk"
    )[:SHOWN]
    return [_task_of(offer, user, at) for offer in first], offers.count()


def _due(user: User, at: datetime) -> tuple[list[Task], int]:
    """What they have planned for today or before; leads see what is nobody's, too."""
    tomorrow = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    tomorrow += timedelta(days=1)
    theirs = Q(assignee=user)
    if user.leads:
        theirs |= Q(assignee=None)
    rows = scope(user, SalesTask, "read").open().filter(theirs, due_at__lt=tomorrow)
    first = rows.select_related("contact__company").in_order()[:SHOWN]
    return [_task_due(row, at) for row in first], rows.count()


def _task_due(row: SalesTask, at: datetime) -> Task:
    who = [str(row.contact)]
    if row.contact.company:
        who.append(str(row.contact.company))
    verbs = {
        SalesTask.Kind.CALL: _("Call %s"),
        SalesTask.Kind.FOLLOW_UP: _("Follow up with %s"),
    }
    return Task(
        title=verbs.get(row.kind, _("For %s")) % ", ".join(who),
        context=row.text,
        url=reverse("contacts:detail", args=[row.contact_id]),
        button=_("Open"),
        due_at=row.due_at,
        is_late=row.due_at < at,
    )


def _task_of(offer: Handoff, user: User, at: datetime) -> Task:
    is_mine = offer.assignee_id == user.pk
    verb = _("Answer %s") if is_mine else _("Waiting: %s")
    who = [str(offer.contact)]
    if offer.contact.company:
        who.append(str(offer.contact.company))
    context = offer.why_now
    if not is_mine:
        rep = offer.assignee or _("nobody yet")
        context = _("With %(rep)s. %(why)s") % {"rep": rep, "why": offer.why_now}
    return Task(
        title=verb % ", ".join(who),
        context=context,
        url=reverse("contacts:detail", args=[offer.contact_id]),
        button=_("Open"),
        due_at=offer.accept_by,
        is_late=bool(offer.accept_by and offer.accept_by < at),
        points=offer.points,
        threshold=offer.threshold,
    )


def _reviews(user: User, at: datetime) -> list[Task]:
    if not user.runs_marketing:
        return []
    today = localdate(at)
    due = scope(user, Journey, "update").live().filter(review_date__lte=today)
    return [
        Task(
            title=_("Review the journey %s") % journey,
            context=_("It was to be looked at by %(date)s.")
            % {"date": date_format(journey.review_date, "SHORT_DATE_FORMAT")},
            url=reverse("journeys:review", args=[journey.pk]),
            button=_("Open"),
            due_at=None,
            is_late=journey.review_date < today,
        )
        for journey in due.order_by("review_date", "pk")[:SHOWN]
    ]


def sentence_of_the_day(count: int, late: int) -> str:
    """What the page opens with."""
    if not count:
        return _("Nothing waits for you.")
    wants = (
        ngettext("%d thing wants you today", "%d things want you today", count) % count
    )
    if not late:
        return f"{wants}."
    lates = ngettext("%d handoff is late", "%d handoffs are late", late) % late
    return f"{wants}; {lates}."
