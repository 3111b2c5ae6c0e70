"""What is known of browsers that are nobody yet, and of those that became somebody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from journeys.models import AnonymousView, Interaction, Visitor


@dataclass(frozen=True, slots=True)
class Crowd:
    """Counts of a span of time. Views without consent are nobody's for good."""

    visitors: int
    joined: int
    views_without_consent: int
    machine_views: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What one visitor did, machine traffic left out."""

    interactions: int = 0
    last_at: datetime | None = None


def crowd_since(since: datetime) -> Crowd:
    """Who came since then, in two queries."""
    visitors = Visitor.objects.filter(created_at__gte=since).aggregate(
        all=Count("pk"), joined=Count("pk", filter=Q(contact__isnull=False))
    )
    views = AnonymousView.objects.filter(occurred_at__gte=since).aggregate(
        all=Count("pk"), machines=Count("pk", filter=Q(is_machine=True))
    )
    return Crowd(
        visitors=visitors["all"],
        joined=visitors["joined"],
        views_without_consent=views["all"] - views["machines"],
        machine_views=views["machines"],
    )


def seen_of(visitors: Sequence[Visitor]) -> dict[int, Seen]:
    """Visitor id -> what it did, in one query."""
    ids = [visitor.pk for visitor in visitors]
    rows = Interaction.objects.by_people().filter(visitor__in=ids).order_by()
    counts = rows.values("visitor").annotate(n=Count("pk"), last=Max("occurred_at"))
    found = {
        pk: Seen(n, last) for pk, n, last in counts.values_list("visitor", "n", "last")
    }
    return {pk: found.get(pk, Seen()) for pk in ids}
