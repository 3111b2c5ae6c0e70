"""What campaigns want of somebody today: what does not go on by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Max, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.permissions import scope
from campaigns.models import Enrollment, Message
from insights.selectors.tasks import SHOWN, Task

# For so long a sequence that has lost somebody stays on the list.
LATELY = timedelta(days=7)


def marketing_tasks(user: User, *, at: datetime) -> tuple[list[Task], int]:
    """Sequences of which a step fails, and mails of which nobody knows what became.

    For who runs marketing; two queries.
    """
    if not user.runs_marketing:
        return [], 0
    found = [*_failing(user, at), *_unknown(user)]
    return found[:SHOWN], len(found)


def _failing(user: User, at: datetime) -> list[Task]:
    is_stuck = Q(state=Enrollment.State.ACTIVE, failures__gt=0)
    is_lost = Q(end=Enrollment.End.FAILED, ended_at__gte=at - LATELY)
    rows = (
        scope(user, Enrollment, "read")
        .filter(is_stuck | is_lost)
        .order_by()
        .values("sequence", "sequence__name")
        .annotate(
            stuck=Count("pk", filter=is_stuck),
            lost=Count("pk", filter=is_lost),
            since=Max("step_at"),
        )
        .order_by("-stuck", "-lost", "sequence")
    )
    return [
        Task(
            title=_("Mend the sequence %s") % row["sequence__name"],
            context=_what_fails(row["stuck"], row["lost"]),
            url=_people_url(row["sequence"], is_lost=not row["stuck"]),
            button=_("Open"),
            due_at=None,
            is_late=bool(row["stuck"]),
        )
        for row in rows
    ]


def _what_fails(stuck: int, lost: int) -> str:
    parts = []
    if stuck:
        text = ngettext(
            "A step fails for %d contact", "A step fails for %d contacts", stuck
        )
        parts.append(text % stuck)
    if lost:
        text = ngettext(
            "%d was lost to it this week", "%d were lost to it this week", lost
        )
        parts.append(text % lost)
    return ", ".join(parts)


def _people_url(sequence_id: int, *, is_lost: bool) -> str:
    url = reverse("campaigns:sequence_people", args=[sequence_id])
    return f"{url}?end=failed" if is_lost else f"{url}?state=active"


def _unknown(user: User) -> list[Task]:
    rows = scope(user, Message, "read").filter(state=Message.State.UNKNOWN)
    count = rows[:100].count()
    if not count:
        return []
    text = ngettext("Decide about %d mail", "Decide about %d mails", count)
    return [
        Task(
            title=text % count,
            context=_("Nobody knows whether it arrived: send it again, or not."),
            url=f"{reverse('campaigns:mails')}?tab=unknown",
            button=_("Open"),
            due_at=None,
            is_late=True,
        )
    ]
