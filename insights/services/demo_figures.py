"""The demo's ratings of leads, and what its figures should come to."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from accounts.models import User
from insights.services.kpi_months import freeze_due_month
from insights.services.targets import set_target
from sales.models import Deal, Handoff
from sales.services.rating import rate_handoff

# Figure -> what a lead of the demo has laid down, a while ago: some of it is missed.
TARGETS = {
    "accepted": 80,
    "accepted_in_time": 90,
    "hours_to_accept": 4,
    "declined": 15,
    "win_rate": 45,
}
# The same, for each contact of the demo.
BY_SIZE = {"new_contacts": 0.45, "won_value": 40}
SINCE = timedelta(days=60)
ALL = 100_000


def rate_leads(*, random: Random, at: datetime) -> None:
    """Most reps say it; won leads were good ones, declined ones seldom."""
    answered = Handoff.objects.exclude(status=Handoff.Status.OFFERED)
    known = answered.filter(assignee__isnull=False).select_related("assignee")
    won = set(Deal.objects.won().values_list("handoff", flat=True))
    for handoff in known.order_by("pk"):
        if random.random() < 0.25:
            continue
        if handoff.pk in won:
            choice = (4, 5, 5)
        else:
            choice = (1, 2, 2, 3) if handoff.decline_reason else (2, 3, 4, 4)
        said = max(filter(None, (handoff.accepted_at, handoff.closed_at)), default=at)
        rate_handoff(
            handoff=handoff,
            rating=random.choice(choice),
            by=handoff.assignee,
            at=min(said + timedelta(hours=2), at),
        )


def lay_out_targets(*, contacts: int, by: User, at: datetime) -> None:
    since = timezone.localdate(at - SINCE)
    by_size = {key: round(each * contacts) for key, each in BY_SIZE.items()}
    for key, value in (TARGETS | by_size).items():
        set_target(kpi=key, value=value, valid_from=since, by=by, at=at - SINCE)


def close_months(*, at: datetime) -> None:
    """Close at once what a scheduler would have closed month by month."""
    while freeze_due_month(at=at, most=ALL):
        pass
