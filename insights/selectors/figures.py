"""The figures on top of the dashboard: one definition each, for both teams."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from urllib.parse import urlencode

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from insights.selectors.periods import Period
from sales.models import Handoff
from sales.models.handoff import HandoffQuerySet
from sales.selectors.promises import accepted, answered
from scoring.models import Crossing, Score

# A median of more than this many is as good as one of all.
MEDIAN_OF = 5_000


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, what it was before, and the list that makes it up."""

    key: str
    label: str
    definition: str
    value: float | None
    before: float | None
    unit: str = ""
    more_is_better: bool = True
    url: str = ""

    @property
    def change(self) -> float | None:
        """How much it rose, in per cent; of a share, in points."""
        if self.value is None or self.before is None:
            return None
        if self.unit == "%":
            return self.value - self.before
        return 100 * (self.value / self.before - 1) if self.before else None

    @property
    def is_good(self) -> bool | None:
        """Whether the change is for the better; None if there is none to speak of."""
        if self.change is None or abs(self.change) < 0.5:
            return None
        return (self.change > 0) == self.more_is_better


def figures(period: Period) -> list[Figure]:
    """The five figures of a period beside those of the one before; ten queries."""
    previous = period.before()
    since, until = period.since.isoformat(), period.until.isoformat()
    offered = {"offered_since": since, "offered_before": until}
    return [
        Figure(
            "new_contacts",
            _("New contacts"),
            _("Contacts created in the period."),
            _new_contacts(period),
            _new_contacts(previous),
            url=contacts_url(
                created_since=since, created_before=until, sort="-created"
            ),
        ),
        Figure(
            "became_ready",
            _("Became sales-ready"),
            _("Contacts whose score crossed the threshold in the period."),
            _crossings(period),
            _crossings(previous),
            url=contacts_url(crossed_since=since, crossed_before=until),
        ),
        Figure(
            "ready_now",
            _("Sales-ready now"),
            _("Contacts whose score is at or above the threshold at this moment."),
            Score.objects.filter(is_ready=True).count(),
            None,
            url=contacts_url(sales_ready="true", sort="-score"),
        ),
        Figure(
            "accepted",
            _("Handoffs accepted"),
            _("Of the handoffs offered in the period that were answered or expired."),
            _acceptance(period),
            _acceptance(previous),
            unit="%",
            url=handoffs_url(answer="answered", **offered),
        ),
        Figure(
            "hours_to_accept",
            _("Median time to accept"),
            _("From the offer to its acceptance, of handoffs offered in the period."),
            _hours_to_accept(period),
            _hours_to_accept(previous),
            unit="h",
            more_is_better=False,
            url=handoffs_url(answer="accepted", **offered),
        ),
    ]


def contacts_url(**query: str | int) -> str:
    """The list that a number is made of."""
    return f"{reverse('contacts:list')}?{urlencode(query)}"


def handoffs_url(**query: str | int) -> str:
    return f"{reverse('sales:list')}?{urlencode(query)}"


def _new_contacts(period: Period) -> int:
    return Contact.objects.filter(
        created_at__gte=period.since, created_at__lt=period.until
    ).count()


def _crossings(period: Period) -> int:
    crossed = Crossing.objects.filter(at__gte=period.since, at__lt=period.until)
    return crossed.aggregate(contacts=Count("contact", distinct=True))["contacts"]


def _offered_in(period: Period) -> HandoffQuerySet:
    return Handoff.objects.offered_in(period.since, period.until)


def _acceptance(period: Period) -> float | None:
    rows, at = _offered_in(period), period.until
    all_answered = answered(rows, at).count()
    return 100 * accepted(rows, at).count() / all_answered if all_answered else None


def _hours_to_accept(period: Period) -> float | None:
    rows = accepted(_offered_in(period), period.until)
    times = rows.order_by("-offered_at").values_list("offered_at", "accepted_at")
    hours = [(end - start).total_seconds() / 3600 for start, end in times[:MEDIAN_OF]]
    return median(hours) if hours else None
