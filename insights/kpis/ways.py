"""How the rows of a list become a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from statistics import median
from typing import Any, Protocol, runtime_checkable

from django.db.models import Avg, Count, F, QuerySet, Sum, Window
from django.db.models.functions import RowNumber

from insights.kpis.definitions import Kpi, Parts, Scope
from insights.kpis.groups import grouped
from insights.selectors.stays import Time, times_in_phases
from journeys.models import PhaseVisit
from sales.selectors.deals import stage_chances

# A median of more than this many is as good as one of all.
MEDIAN_OF = 5_000
HOUR, DAY = 3_600.0, 86_400.0


@runtime_checkable
class CountsEach(Protocol):
    """A way that can look once for what each of ``groups.GROUPINGS`` comes to."""

    def each(self, kpi: Kpi, scope: Scope, by: str) -> Mapping[Any, Parts]:
        """Group -> parts, as for each alone; of one that has no rows too."""
        ...


def share(part: int, *, of: int) -> Parts:
    return Parts(100 * part / of if of else None, part, of, of)


def counts(kpi: Kpi, scope: Scope, by: str, *, part: bool = False) -> dict[Any, int]:
    """Group -> how many rows; a row with several moments in it counts once."""
    rows = grouped(kpi, scope, by, part=part).values_list("group")
    return dict(rows.annotate(Count("pk", distinct="__" in kpi.moment)))


class Counted:
    """How many rows there are."""

    def parts(self, kpi: Kpi, scope: Scope) -> Parts:
        found = kpi.rows(scope).count()
        return Parts(found, n=found)

    def each(self, kpi: Kpi, scope: Scope, by: str) -> Mapping[Any, Parts]:
        found = defaultdict(lambda: Parts(0, n=0))
        for group, count in counts(kpi, scope, by).items():
            found[group] = Parts(count, n=count)
        return found


class Share:
    """How many of 100 are in the part."""

    def parts(self, kpi: Kpi, scope: Scope) -> Parts:
        whole = kpi.rows(scope).count()
        part = kpi.rows(scope, part=True).count() if whole else 0
        return share(part, of=whole)

    def each(self, kpi: Kpi, scope: Scope, by: str) -> Mapping[Any, Parts]:
        found = defaultdict(lambda: share(0, of=0))
        parts = counts(kpi, scope, by, part=True)
        for group, whole in counts(kpi, scope, by).items():
            found[group] = share(parts.get(group, 0), of=whole)
        return found


@dataclass(frozen=True, slots=True)
class MedianTime:
    """From one moment of a row to another, in units of ``seconds``."""

    start: str
    end: str
    seconds: float

    def parts(self, kpi: Kpi, scope: Scope) -> Parts:
        rows = kpi.rows(scope).order_by(f"-{self.start}", "-pk")
        return self._of(rows.values_list(self.start, self.end)[:MEDIAN_OF])

    def each(self, kpi: Kpi, scope: Scope, by: str) -> Mapping[Any, Parts]:
        latest = [F(self.start).desc(), F("pk").desc()]
        place = Window(RowNumber(), partition_by=F("group"), order_by=latest)
        rows = grouped(kpi, scope, by).annotate(place=place)
        pairs = defaultdict(list)
        for group, start, end in rows.filter(place__lte=MEDIAN_OF).values_list(
            "group", self.start, self.end
        ):
            pairs[group].append((start, end))
        found = defaultdict(lambda: self._of([]))
        found.update((group, self._of(theirs)) for group, theirs in pairs.items())
        return found

    def _of(self, pairs: QuerySet | Sequence[tuple[datetime, datetime]]) -> Parts:
        spans = [(end - start).total_seconds() / self.seconds for start, end in pairs]
        return Parts(median(spans) if spans else None, n=len(spans))


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of a column; nothing is 0."""

    column: str

    def parts(self, kpi: Kpi, scope: Scope) -> Parts:
        found = kpi.rows(scope).aggregate(total=Sum(self.column), n=Count("pk"))
        return self._of(found["total"], found["n"])

    def each(self, kpi: Kpi, scope: Scope, by: str) -> Mapping[Any, Parts]:
        found = defaultdict(lambda: self._of(None, 0))
        rows = grouped(kpi, scope, by).values_list("group")
        for group, total, n in rows.annotate(Sum(self.column), Count("pk")):
            found[group] = self._of(total, n)
        return found

    def _of(self, total: Decimal | None, n: int) -> Parts:
        return Parts(float(total or 0), n=n)


@dataclass(frozen=True, slots=True)
class Mean:
    """Of a column."""

    column: str

    def parts(self, kpi: Kpi, scope: Scope) -> Parts:
        found = kpi.rows(scope).aggregate(mean=Avg(self.column), n=Count(self.column))
        return self._of(found["mean"], found["n"])

    def each(self, kpi: Kpi, scope: Scope, by: str) -> Mapping[Any, Parts]:
        found = defaultdict(lambda: self._of(None, 0))
        rows = grouped(kpi, scope, by).values_list("group")
        for group, mean, n in rows.annotate(Avg(self.column), Count(self.column)):
            found[group] = self._of(mean, n)
        return found

    def _of(self, mean: Decimal | float | None, n: int) -> Parts:
        return Parts(None if mean is None else float(mean), n=n)


class Forecast:
    """Open deals, each weighed by the probability of its stage."""

    def parts(self, kpi: Kpi, scope: Scope) -> Parts:
        stages = kpi.rows(scope).values_list("stage")
        found = stages.annotate(Sum("value"), Count("pk"))
        return self._of(found, stage_chances())

    def each(self, kpi: Kpi, scope: Scope, by: str) -> Mapping[Any, Parts]:
        chances, stages = stage_chances(), defaultdict(list)
        rows = grouped(kpi, scope, by).values_list("group", "stage")
        for group, *stage in rows.annotate(Sum("value"), Count("pk")):
            stages[group].append(stage)
        found = defaultdict(lambda: self._of([], chances))
        found.update((group, self._of(each, chances)) for group, each in stages.items())
        return found

    def _of(self, stages: Iterable[Sequence[Any]], chances: Mapping[str, int]) -> Parts:
        """Of each stage its name, what its deals are worth, and how many they are."""
        found = [
            ((value or Decimal(0)) * chances.get(stage, 0) / 100, n)
            for stage, value, n in stages
        ]
        worth = sum((value for value, _n in found), Decimal(0))
        return Parts(float(worth), n=sum(n for _value, n in found))


class TimeInPhase:
    """Kaplan-Meier median of the stays that began in the period, in days."""

    def parts(self, kpi: Kpi, scope: Scope) -> Parts:
        contacts = kpi.rows(scope).values("pk")
        stays = PhaseVisit.objects.filter(contact__in=contacts, phase=scope.phase)
        times = times_in_phases(stays, scope.period, at=scope.at)
        found = next(iter(times.values()), Time(None, 0))
        return Parts(found.median_days, n=found.stays)
