"""Who has how many leads at a time, and who has too many."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils.timezone import localdate

from accounts.models import User
from insights.selectors.lists import handoffs_url
from sales.models import Handoff


@dataclass(frozen=True, slots=True)
class Workload:
    """What a rep has in hand; the numbers link to their handoffs."""

    rep: User
    waiting: int
    late: int
    accepted: int
    is_absent: bool
    waiting_url: str
    accepted_url: str

    @property
    def open(self) -> int:
        return self.waiting + self.accepted

    @property
    def is_overloaded(self) -> bool:
        """Assignment passes by who has as many as they can take on."""
        return self.open >= self.rep.capacity

    @property
    def share(self) -> float:
        """Of what they can take on, 0 to 1 and more."""
        return self.open / self.rep.capacity if self.rep.capacity else 1.0


def workloads(*, at: datetime) -> list[Workload]:
    """Of every rep who is here, the fullest first; leads who have none are left out."""
    offered = Q(handoffs__status=Handoff.Status.OFFERED)
    rows = (
        User.objects.reps()
        .annotate(
            waiting=Count("handoffs", filter=offered),
            late=Count("handoffs", filter=offered & Q(handoffs__accept_by__lt=at)),
            accepted=Count(
                "handoffs", filter=Q(handoffs__status=Handoff.Status.ACCEPTED)
            ),
        )
        .order_by("pk")
    )
    today = localdate(at)
    found = [
        Workload(
            rep=row,
            waiting=row.waiting,
            late=row.late,
            accepted=row.accepted,
            is_absent=bool(row.absent_until and row.absent_until >= today),
            waiting_url=handoffs_url(status="offered", assignee=row.pk),
            accepted_url=handoffs_url(status="accepted", assignee=row.pk),
        )
        for row in rows
        if row.role == User.Role.REP or row.waiting or row.accepted
    ]
    return sorted(found, key=lambda line: (-line.share, -line.late, line.rep.pk))
