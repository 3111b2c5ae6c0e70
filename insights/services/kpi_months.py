"""Closing months, so that history does not change under people."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from contacts.models import Contact
from insights.kpis.definitions import Kpi, Scope
from insights.kpis.registry import KPIS
from insights.models import FigureSettings, KpiMonth
from insights.selectors.kpi_months import MONTHS, is_kept, scope_key
from insights.selectors.periods import Period, last_months, month_of
from journeys.models import Journey, Team
from leadhub.errors import InvalidValue


def freeze_due_month(*, at: datetime) -> int:
    """Close the latest month that is due and not closed; how many figures that are.

    One month a call, so that a year of history is closed by and by. Which months are
    due: the last twelve that have been over for as many days as is laid down, back to
    the first contact. Repeating it, also at the same time, changes nothing.
    """
    for month in _due(at=at):
        if missing := _missing(month, at=at):
            return _freeze(missing, at=at)
    return 0


def freeze_month(*, month: date, at: datetime) -> int:
    """Close the calendar month of ``month``; how many figures were not closed yet.

    Raises ``InvalidValue`` for one that is not over.
    """
    period = month_of(month, at=at)
    if period.last >= timezone.localdate(at) or month > timezone.localdate(at):
        raise InvalidValue(_("This month is not over."), attr="month")
    return _freeze(_missing(period, at=at), at=at)


def _due(*, at: datetime) -> Iterator[Period]:
    """The latest first."""
    first = Contact.objects.order_by("created_at").values_list("created_at", flat=True)
    begun = first.first()
    if begun is None:
        return
    waits = timedelta(days=FigureSettings.current().freeze_after_days)
    for month in reversed(last_months(MONTHS + 1, at=at)):
        is_over = month.last < timezone.localdate(at - waits)
        if is_over and month.until > begun:
            yield month


def _missing(month: Period, *, at: datetime) -> list[tuple[Kpi, Scope]]:
    """What is to be counted; two queries for the scopes, one for what is known."""
    scopes = [Scope(month, at=at)]
    scopes += [Scope(month, at=at, journey=row) for row in Journey.objects.live()]
    scopes += [Scope(month, at=at, team=row) for row in Team.objects.all()]
    rows = KpiMonth.objects.filter(month=month.first)
    known = set(rows.values_list("kpi", "scope"))
    return [
        (kpi, scope)
        for scope in scopes
        for kpi in KPIS.values()
        if is_kept(kpi, scope)
        and not kpi.reason_against(scope)
        and (kpi.key, scope_key(scope)) not in known
    ]


def _freeze(missing: list[tuple[Kpi, Scope]], *, at: datetime) -> int:
    rows = []
    for kpi, scope in missing:
        parts = kpi.parts(scope)
        rows.append(
            KpiMonth(
                kpi=kpi.key,
                month=scope.period.first,
                scope=scope_key(scope) or "",
                value=parts.value,
                numerator=parts.numerator,
                denominator=parts.denominator,
                n=parts.n,
                version=kpi.version,
                frozen_at=at,
            )
        )
    # Who closes it first wins; another one at the same time has counted in vain.
    KpiMonth.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)
