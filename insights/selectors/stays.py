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
from insights.kaplan_meier import median_time
from insights.selectors.periods import Period
from journeys.models import Journey, Phase, PhaseVisit

HOURS_A_DAY = 24


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
    journey: Journey, phases: Sequence[Phase], moments: Sequence[datetime]
) -> list[dict[int, Standing]]:
    """By phase, for each of the moments, in one query."""
    counts: dict[str, Any] = {}
    for place, at in enumerate(moments):
        is_there = Q(entered_at__lt=at) & (Q(left_at=None) | Q(left_at__gte=at))
        is_late = Q(pk__in=[])
        for phase in phases:
            if phase.target_days is not None:
                since = stalled_since(phase, at)
                is_late |= Q(phase=phase, entered_at__lt=since)
        counts[f"here_{place}"] = Count("pk", filter=is_there)
        counts[f"stalled_{place}"] = Count("pk", filter=is_there & is_late)
    open_then = Q(left_at=None) | Q(left_at__gte=min(moments))
    rows = stays_of(journey).filter(open_then).values("phase").annotate(**counts)
    found = {row["phase"]: row for row in rows}
    return [
        {
            number: Standing(row[f"here_{place}"], row[f"stalled_{place}"])
            for number, row in found.items()
        }
        for place in range(len(moments))
    ]


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
    hour.
    """
    end = min(period.until, at)
    over = Case(When(left_at__lt=end, then=F("left_at")), default=Value(end))
    began = stays.filter(entered_at__gte=period.since, entered_at__lt=end)
    rows = (
        began.annotate(hours=_WholeHours(over - F("entered_at")))
        .values_list("phase", "hours", Q(left_at__lt=end))
        .annotate(count=Count("pk"))
    )
    hours: dict[int, list[float]] = defaultdict(list)
    ended: dict[int, list[bool]] = defaultdict(list)
    counts: dict[int, list[int]] = defaultdict(list)
    for phase, duration, is_over, count in rows:
        hours[phase].append(duration)
        ended[phase].append(bool(is_over))
        counts[phase].append(count)
    found = {}
    for phase, durations in hours.items():
        median = median_time(durations, ended[phase], counts[phase])
        days = None if median is None else median / HOURS_A_DAY
        found[phase] = Time(days, sum(counts[phase]))
    return found
