"""The rows of a figure in groups, to count all of them in one query."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.db.models import Case, DateField, F, QuerySet, Value, When
from django.db.models.functions import TruncMonth

from insights.kpis.definitions import Kpi, Scope
from insights.selectors.origins import with_origin
from insights.selectors.periods import Period

MONTH, TURN = "month", "turn"
# The groups by turn.
NOW, BEFORE = 1, 0


def grouped(kpi: Kpi, scope: Scope, by: str, *, part: bool = False) -> QuerySet:
    """The rows with their ``group``; who is in none is left out.

    By measure it is the one that brought the contact, by team and by rep theirs, each
    by its number. Of figures that have a ``moment``: by month its first day, by turn
    whether it is in the period or in the one before.
    """
    return GROUPINGS[by](kpi, scope, part, by).exclude(group=None)


def _by_origin(kpi: Kpi, scope: Scope, part: bool, by: str) -> QuerySet:
    rows = kpi.rows(scope, part=part)
    rows = with_origin(rows, kpi.listing.filterset.contact_path)
    return rows.annotate(group=F("origin"))


def _by_column(kpi: Kpi, scope: Scope, part: bool, by: str) -> QuerySet:
    """Lists call these by the names of their columns."""
    return kpi.rows(scope, part=part).annotate(group=F(kpi.listing.names[by]))


def _by_month(kpi: Kpi, scope: Scope, part: bool, by: str) -> QuerySet:
    # Of several moments of a row some may be outside of the period.
    rows = kpi.rows(scope, part=part).filter(**_within(kpi, scope.period))
    month = TruncMonth(kpi.moment, output_field=DateField())
    return rows.annotate(group=month)


def _by_turn(kpi: Kpi, scope: Scope, part: bool, by: str) -> QuerySet:
    now, before = scope.period, scope.period.before()
    both = Period(before.since, now.until)
    rows = kpi.rows(scope.during(both), part=part).filter(**_within(kpi, both))
    turns = [
        When(**_within(kpi, period), then=Value(turn))
        for turn, period in ((NOW, now), (BEFORE, before))
    ]
    return rows.annotate(group=Case(*turns))


def _within(kpi: Kpi, period: Period) -> dict[str, object]:
    return {f"{kpi.moment}__gte": period.since, f"{kpi.moment}__lt": period.until}


GROUPINGS: Mapping[str, Callable[[Kpi, Scope, bool, str], QuerySet]] = {
    "measure": _by_origin,
    "team": _by_column,
    "rep": _by_column,
    MONTH: _by_month,
    TURN: _by_turn,
}
