"""Why deals are lost."""

from __future__ import annotations

from django.db.models import Count

from insights.selectors.lists import deals_url
from insights.selectors.periods import Period
from sales.models import Deal
from sales.models.deal import DealQuerySet


def loss_reasons(period: Period, *, rows: DealQuerySet) -> list[tuple[str, int, str]]:
    """Of ``rows`` lost in the period: reason, how many, their list; most first."""
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
    return [
        (
            str(labels.get(row["reason"], row["reason"])),
            row["count"],
            deals_url(status="lost", reason=row["reason"], **closed),
        )
        for row in counted.order_by("-count", "reason")
    ]
