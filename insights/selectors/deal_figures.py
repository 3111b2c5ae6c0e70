"""What deals come to: one definition each, for the dashboard and the API."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from insights.selectors.figures import Figure
from insights.selectors.periods import Period
from sales.models import Deal
from sales.models.deal import DealQuerySet
from sales.selectors.deals import pipeline


def deal_figures(period: Period) -> list[Figure]:
    """Win rate, value won, value and forecast of what is open; six queries."""
    previous = period.before()
    closed = {
        "closed_since": period.since.isoformat(),
        "closed_before": period.until.isoformat(),
    }
    total, weighted = pipeline(Deal.objects.all())
    return [
        Figure(
            "win_rate",
            _("Win rate"),
            _("Of the deals closed in the period, those that were won."),
            _win_rate(period),
            _win_rate(previous),
            unit="%",
            url=deals_url(**closed),
        ),
        Figure(
            "won_value",
            _("Value won"),
            _("Of the deals won in the period."),
            _won_value(period),
            _won_value(previous),
            unit=settings.CURRENCY,
            url=deals_url(status="won", **closed),
        ),
        Figure(
            "pipeline_value",
            _("Pipeline"),
            _("What all open deals are worth at this moment."),
            float(total),
            None,
            unit=settings.CURRENCY,
            url=deals_url(status="open"),
        ),
        Figure(
            "forecast",
            _("Forecast"),
            _("The pipeline, each deal weighed by the probability of its stage."),
            float(weighted),
            None,
            unit=settings.CURRENCY,
            url=reverse("sales:deals"),
        ),
    ]


def loss_reasons(period: Period) -> list[tuple[str, int, str]]:
    """Why deals were lost in the period: reason, how many, their list; most first."""
    closed = {
        "closed_since": period.since.isoformat(),
        "closed_before": period.until.isoformat(),
    }
    lost = _closed_in(period).filter(status=Deal.Status.LOST).order_by()
    counted = lost.values("reason").annotate(count=Count("pk"))
    labels = dict(Deal.LossReason.choices)
    return [
        (
            str(labels.get(row["reason"], row["reason"])),
            row["count"],
            deals_url(status="lost", reason=row["reason"], **closed),
        )
        for row in counted.order_by("-count", "reason")
    ]


def deals_url(**query: str) -> str:
    return f"{reverse('sales:deal_list')}?{urlencode(query)}"


def _closed_in(period: Period) -> DealQuerySet:
    return Deal.objects.filter(closed_at__gte=period.since, closed_at__lt=period.until)


def _win_rate(period: Period) -> float | None:
    is_won = Count("pk", filter=Q(status=Deal.Status.WON))
    found = _closed_in(period).aggregate(won=is_won, closed=Count("pk"))
    return 100 * found["won"] / found["closed"] if found["closed"] else None


def _won_value(period: Period) -> float:
    won = _closed_in(period).filter(status=Deal.Status.WON)
    return float(won.aggregate(total=Sum("value"))["total"] or 0)
