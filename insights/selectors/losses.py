"""Why deals are lost."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count

from insights.selectors.lists import deals_url
from insights.selectors.periods import Period
from sales.models import Deal
from sales.models.deal import DealQuerySet


@dataclass(frozen=True)
class LossReason:
    label: str
    count: int
    url: str
    # Of the most frequent one, as its bar is long.
    share: float


@dataclass(frozen=True)
class Losses:
    """Deals lost in a period, by their reasons, most first."""

    lost: int
    reasons: list[LossReason]

    @property
    def share_of_first(self) -> float:
        return self.reasons[0].count / self.lost


def losses(period: Period, *, rows: DealQuerySet) -> Losses:
    """Of ``rows``, those lost in the period, each reason with their list."""
    closed = {
        "closed_since": period.since.isoformat(),
        "closed_before": period.until.isoformat(),
    }
    lost = rows.filter(
        status=Deal.Status.LOST,
        closed_at__gte=period.since,
        closed_at__lt=period.until,
    )
    counted = lost.order_by().values("reason").annotate(count=Count("pk"))
    labels = dict(Deal.LossReason.choices)
    counts = list(counted.order_by("-count", "reason"))
    return Losses(
        sum(row["count"] for row in counts),
        [
            LossReason(
                str(labels.get(row["reason"], row["reason"])),
                row["count"],
                deals_url(status="lost", reason=row["reason"], **closed),
                row["count"] / counts[0]["count"],
            )
            for row in counts
        ],
    )
