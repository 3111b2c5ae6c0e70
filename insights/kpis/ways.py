"""How the rows of a list become a number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Protocol, runtime_checkable

from django.db.models import Avg, Count, QuerySet, Sum

from contacts.origin_filters import first_measure
from insights.kpis.definitions import Kpi, Parts, Scope
from insights.selectors.stays import Time, times_in_phases
from journeys.models import PhaseVisit
from sales.selectors.deals import pipeline

# A median of more than this many is as good as one of all.
MEDIAN_OF = 5_000
HOUR, DAY = 3_600.0, 86_400.0


@runtime_checkable
class CountsByMeasure(Protocol):
    """A way that can look once for what each measure brought, for all of them."""

    def by_measure(self, kpi: Kpi, scope: Scope) -> Mapping[int, Parts]:
        """Measure -> parts; of one that brought nobody too."""
        ...


def share(part: int, *, of: int) -> Parts:
    return Parts(100 * part / of if of else None, part, of, of)


def brought(kpi: Kpi, scope: Scope, *, part: bool = False) -> dict[int, int]:
    """Measure -> how many rows are about contacts that it brought."""
    measure = first_measure(kpi.listing.filterset.contact_path)
    rows = kpi.rows(scope, part=part).annotate(brought=measure).values_list("brought")
    return dict(rows.exclude(brought=None).annotate(Count("pk")))


class Counted:
    """How many rows there are."""

    def parts(self, kpi: Kpi, scope: Scope) -> Parts:
        found = kpi.rows(scope).count()
        return Parts(found, n=found)

    def by_measure(self, kpi: Kpi, scope: Scope) -> Mapping[int, Parts]:
        found = defaultdict(lambda: Parts(0, n=0))
        for measure, count in brought(kpi, scope).items():
            found[measure] = Parts(count, n=count)
        return found


class Share:
    """How many of 100 are in the part."""

    def parts(self, kpi: Kpi, scope: Scope) -> Parts:
        whole = kpi.rows(scope).count()
        part = kpi.rows(scope, part=True).count() if whole else 0
        return share(part, of=whole)

    def by_measure(self, kpi: Kpi, scope: Scope) -> Mapping[int, Parts]:
        found = defaultdict(lambda: share(0, of=0))
        parts = brought(kpi, scope, part=True)
        for measure, whole in brought(kpi, scope).items():
            found[measure] = share(parts.get(measure, 0), of=whole)
        return found


@dataclass(frozen=True, slots=True)
class MedianTime:
    """From one moment of a row to another, in units of ``seconds``."""

    start: str
    end: str
    seconds: float

    def parts(self, kpi: Kpi, scope: Scope) -> Parts:
        rows = kpi.rows(scope).order_by(f"-{self.start}", "-pk")
        spans = self.spans(rows.values_list(self.start, self.end)[:MEDIAN_OF])
        return Parts(median(spans) if spans else None, n=len(spans))

    def spans(self, pairs: QuerySet | Sequence[tuple[datetime, datetime]]) -> list:
        return [(end - start).total_seconds() / self.seconds for start, end in pairs]


@dataclass(frozen=True, slots=True)
class Total:
    """The sum of a column; nothing is 0."""

    column: str

    def parts(self, kpi: Kpi, scope: Scope) -> Parts:
        found = kpi.rows(scope).aggregate(total=Sum(self.column), n=Count("pk"))
        return Parts(float(found["total"] or 0), n=found["n"])


@dataclass(frozen=True, slots=True)
class Mean:
    """Of a column."""

    column: str

    def parts(self, kpi: Kpi, scope: Scope) -> Parts:
        found = kpi.rows(scope).aggregate(mean=Avg(self.column), n=Count(self.column))
        mean = found["mean"]
        return Parts(None if mean is None else float(mean), n=found["n"])


class Forecast:
    """Open deals, each weighed by the probability of its stage."""

    def parts(self, kpi: Kpi, scope: Scope) -> Parts:
        rows = kpi.rows(scope)
        _total, weighted = pipeline(rows)
        return Parts(float(weighted), n=rows.count())


class TimeInPhase:
    """Kaplan-Meier median of the stays that began in the period, in days."""

    def parts(self, kpi: Kpi, scope: Scope) -> Parts:
        contacts = kpi.rows(scope).values("pk")
        stays = PhaseVisit.objects.filter(contact__in=contacts, phase=scope.phase)
        times = times_in_phases(stays, scope.period, at=scope.at)
        found = next(iter(times.values()), Time(None, 0))
        return Parts(found.median_days, n=found.stays)
