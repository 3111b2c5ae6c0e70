"""The figures on top of the dashboard: one definition each, for both teams."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from contacts.models import Contact
from insights.selectors.periods import Period
from sales.models import Handoff
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
    """The five figures of a period beside those of the one before; eight queries."""
    previous = period.before()
    contacts = reverse("contacts:list")
    handoffs = reverse("sales:list")
    return [
        Figure(
            "new_contacts",
            _("New contacts"),
            _("Contacts created in the period."),
            _new_contacts(period),
            _new_contacts(previous),
            url=f"{contacts}?ordering=-created_at",
        ),
        Figure(
            "became_ready",
            _("Became sales-ready"),
            _("Times a score crossed the threshold in the period."),
            _crossings(period),
            _crossings(previous),
            url=handoffs,
        ),
        Figure(
            "ready_now",
            _("Sales-ready now"),
            _("Contacts whose score is at or above the threshold at this moment."),
            Score.objects.filter(is_ready=True).count(),
            None,
            url=f"{contacts}?sales_ready=true&ordering=-score",
        ),
        Figure(
            "accepted",
            _("Handoffs accepted"),
            _("Of the handoffs offered in the period that were answered or expired."),
            _acceptance(period),
            _acceptance(previous),
            unit="%",
            url=f"{handoffs}?status=accepted",
        ),
        Figure(
            "hours_to_accept",
            _("Median time to accept"),
            _("From the offer to its acceptance, of handoffs offered in the period."),
            _hours_to_accept(period),
            _hours_to_accept(previous),
            unit="h",
            more_is_better=False,
            url=f"{handoffs}?status=accepted",
        ),
    ]


def _new_contacts(period: Period) -> int:
    return Contact.objects.filter(
        created_at__gte=period.since, created_at__lt=period.until
    ).count()


def _crossings(period: Period) -> int:
    return Crossing.objects.filter(at__gte=period.since, at__lt=period.until).count()


def _offered_in(period: Period) -> Q:
    return Q(offered_at__gte=period.since, offered_at__lt=period.until)


def _acceptance(period: Period) -> float | None:
    refused = (Handoff.Status.DECLINED, Handoff.Status.EXPIRED)
    counts = Handoff.objects.filter(_offered_in(period)).aggregate(
        accepted=Count("pk", filter=Q(accepted_at__isnull=False)),
        refused=Count("pk", filter=Q(accepted_at=None, status__in=refused)),
    )
    answered = counts["accepted"] + counts["refused"]
    return 100 * counts["accepted"] / answered if answered else None


def _hours_to_accept(period: Period) -> float | None:
    accepted = Handoff.objects.filter(_offered_in(period), accepted_at__isnull=False)
    times = accepted.order_by("-offered_at").values_list("offered_at", "accepted_at")
    hours = [(end - start).total_seconds() / 3600 for start, end in times[:MEDIAN_OF]]
    return median(hours) if hours else None
