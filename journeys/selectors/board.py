"""The journey as a board: who is in which phase, and who has been there too long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from journeys.models import Journey, Phase, PhaseVisit
from leadhub.keyset import KeysetPage, page_of

CARDS = 20


@dataclass(frozen=True, slots=True)
class Card:
    """A contact in a phase, and whether that has lasted too long."""

    visit: PhaseVisit
    days: int
    # overdue, today, later, or unplanned where the phase has no target time.
    urgency: str
    words: str


@dataclass(frozen=True, slots=True)
class Column:
    """One phase with its first cards; the longest stays come first."""

    phase: Phase
    count: int
    median_days: int | None
    cards: list[Card]
    next: str | None


def board_of(
    journey: Journey, *, visits: QuerySet[PhaseVisit], at: datetime
) -> list[Column]:
    """All phases of a journey with those of ``visits`` that are open.

    Two queries a phase and two in all, however many contacts there are.
    """
    phases = list(journey.phases.select_related("team").order_by("position"))
    here = visits.filter(left_at=None)
    count_of = dict(
        here.filter(phase__in=phases)
        .order_by()
        .values("phase")
        .annotate(count=Count("pk"))
        .values_list("phase", "count")
    )
    columns = []
    for phase in phases:
        page = cards_of(phase, visits=here, at=at)
        count = count_of.get(phase.pk, 0)
        columns.append(
            Column(
                phase=phase,
                count=count,
                median_days=_median_days(here.filter(phase=phase), count, at),
                cards=page.rows,
                next=page.next,
            )
        )
    return columns


def cards_of(
    phase: Phase, *, visits: QuerySet[PhaseVisit], at: datetime, cursor: str = ""
) -> KeysetPage:
    """One page of a column, as ``Card`` rows."""
    here = visits.filter(phase=phase, left_at=None).select_related(
        "contact__company", "contact__owner", "contact__score__model"
    )
    page = page_of(here, ordering=["entered_at", "id"], size=CARDS, cursor=cursor)
    cards = [_card(visit, phase, at) for visit in page.rows]
    return KeysetPage(rows=cards, next=page.next, previous=page.previous)


def _card(visit: PhaseVisit, phase: Phase, at: datetime) -> Card:
    days = (at - visit.entered_at).days
    if phase.target_days is None:
        return Card(visit, days, "unplanned", _("No target time"))
    left = visit.entered_at + timedelta(days=phase.target_days) - at
    if left < timedelta():
        late = max(1, -left // timedelta(days=1))
        words = ngettext("%d day overdue", "%d days overdue", late) % late
        return Card(visit, days, "overdue", words)
    if left < timedelta(days=1):
        return Card(visit, days, "today", _("Due today"))
    whole = left // timedelta(days=1)
    words = ngettext("%d day left", "%d days left", whole) % whole
    return Card(visit, days, "later", words)


def _median_days(visits: QuerySet[PhaseVisit], count: int, at: datetime) -> int | None:
    """The age in days of the stay in the middle; of two, the older."""
    if not count:
        return None
    in_order = visits.order_by("entered_at", "pk").values_list("entered_at", flat=True)
    return (at - in_order[(count - 1) // 2]).days
