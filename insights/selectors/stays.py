"""How long contacts stay in the phases of a journey, against the target time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    Value,
    When,
)

from contacts.models import Contact
from insights.kaplan_meier import Wait, median_time
from insights.selectors.periods import Period
from journeys.models import Journey, Phase, PhaseVisit

HOURS_A_DAY = 24
# Of what took longer than these hours it is enough to know the day.
LONG = 30 * HOURS_A_DAY


def stays_of(journey: Journey) -> QuerySet[PhaseVisit]:
    """Those in the phases it has now, of contacts who are not merged into others."""
    phases = Phase.objects.filter(journey=journey)
    stays = PhaseVisit.objects.filter(phase__in=phases.values("pk")).order_by()
    return stays.exclude(contact__in=Contact.everyone.merged().values("pk"))


@dataclass(frozen=True, slots=True)
class Standing:
    """Who is in a phase at a moment, and who of them longer than its target time."""

    here: int = 0
    stalled: int = 0

    @property
    def share(self) -> float | None:
        return self.stalled / self.here if self.here else None


def standing(
    journey: Journey, phases: Sequence[Phase], at: datetime
) -> dict[int, Standing]:
    """By phase, at a moment. One query."""
    is_late = Q(pk__in=[])
    for phase in phases:
        if phase.target_days is not None:
            is_late |= Q(phase=phase, entered_at__lt=stalled_since(phase, at))
    is_there = Q(left_at=None) | Q(left_at__gte=at)
    rows = (
        stays_of(journey)
        .filter(is_there, entered_at__lt=at)
        .values_list("phase")
        .annotate(here=Count("pk"), stalled=Count("pk", filter=is_late))
    )
    return {number: Standing(here, stalled) for number, here, stalled in rows}


def stalled_since(phase: Phase, at: datetime) -> datetime:
    """Who came before that is in the phase longer than its target time."""
    return at - timedelta(days=phase.target_days or 0)


class _WholeHours(Func):
    """Of a duration."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any) -> Any:
        # Durations are whole microseconds there.
        return self.as_sql(
            compiler, connection, template="(%(expressions)s) / 3600000000"
        )

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        # Twice as fast as EXTRACT, which counts in decimals.
        template = "FLOOR(DATE_PART('epoch', %(expressions)s) / 3600)::int"
        return self.as_sql(compiler, connection, template=template)


@dataclass(frozen=True, slots=True)
class Time:
    """How long the stays in a phase last: days until half have left, None if that
    cannot be said yet, and of how many stays."""

    median_days: float | None
    stays: int


def times_in_phases(
    stays: QuerySet[PhaseVisit], period: Period, *, at: datetime
) -> dict[int, Time]:
    """By phase, of those of ``stays`` that began in the period. One query.

    As it was known at the end of the period, or ``at`` while it runs: stays that go on
    then are censored (Kaplan and Meier), and who left later changes nothing. To the
    hour; after thirty days to the day.
    """
    end = min(period.until, at)
    over = Case(When(left_at__lt=end, then=F("left_at")), default=Value(end))
    to_the_day = F("took") / HOURS_A_DAY * HOURS_A_DAY
    began = stays.filter(entered_at__gte=period.since, entered_at__lt=end)
    rows = (
        began.annotate(took=_WholeHours(over - F("entered_at")))
        .annotate(hours=Case(When(took__lt=LONG, then=F("took")), default=to_the_day))
        .values_list("phase", "hours")
        .annotate(ended=Count("left_at", filter=Q(left_at__lt=end)), stays=Count("pk"))
    )
    waits: dict[int, list[Wait]] = defaultdict(list)
    for phase, *wait in rows:
        waits[phase].append(Wait(*wait))
    return {phase: _time(theirs) for phase, theirs in waits.items()}


def _time(waits: list[Wait]) -> Time:
    hours = median_time(waits)
    days = None if hours is None else hours / HOURS_A_DAY
    return Time(days, sum(wait.watched for wait in waits))
