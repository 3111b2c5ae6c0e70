"""Reports as files: figures, their months, and what is lost."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.permissions import scope as rows_for
from contacts.imports.writing import csv_lines
from insights.kpis.definitions import Figure, Kpi, Scope
from insights.kpis.registry import KPIS, unit_of
from insights.selectors.declines import declines
from insights.selectors.figure_pages import all_figures
from insights.selectors.kpi_months import MonthFigure, months_of
from insights.selectors.losses import losses
from insights.selectors.periods import Period
from insights.views.periods import period_of
from insights.views.scopes import scope_of
from sales.models import Deal, Handoff

COLUMNS = (
    "key",
    "figure",
    "definition",
    "owner",
    "unit",
    "from",
    "to",
    "value",
    "before",
    "target",
    "numerator",
    "denominator",
    "rows",
    "why none",
    "closed value",
    "closed at",
)
MONTH_COLUMNS = (
    "key",
    "figure",
    "unit",
    "month",
    "value",
    "closed at",
    "counted now",
    "has changed",
)
LOSS_COLUMNS = ("what", "by", "name", "offered", "lost", "mostly")


@login_required
@require_GET
def figure_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same as CSV."""
    scope = _scope(request)
    rows = [_cells(row, scope) for row in all_figures(scope)]
    name = f"figures-{scope.period.first}-{scope.period.last}.csv"
    return _file(name, COLUMNS, rows)


@login_required
@require_GET
def figure_months_file(request: HttpRequest, key: str) -> StreamingHttpResponse:
    """The months of one KPI as CSV, as they were closed and as of now."""
    kpi, scope = KPIS.get(key), _scope(request)
    if kpi is None:
        raise Http404
    rows = [_month_cells(kpi, row) for row in months_of(kpi, scope)]
    return _file(f"{key}-months.csv", MONTH_COLUMNS, rows)


@login_required
@require_GET
def loss_file(request: HttpRequest) -> StreamingHttpResponse:
    """Why leads were declined, by what had led to them, and why deals were lost."""
    period = period_of(request)
    if period.problem:
        raise Http404
    name = f"losses-{period.first}-{period.last}.csv"
    return _file(name, LOSS_COLUMNS, _loss_cells(request.user, period))


def _scope(request: HttpRequest) -> Scope:
    """For files: there is none of what cannot be read, and none of everything instead."""
    scope, problem = scope_of(request)
    if problem or scope.period.problem:
        raise Http404
    return scope


def _file(
    name: str, columns: Sequence[str], rows: Iterable[list[str]]
) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        csv_lines(columns, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _cells(row: Figure, scope: Scope) -> list[str]:
    numbers = (
        row.value,
        row.before,
        row.target,
        row.parts.numerator,
        row.parts.denominator,
    )
    return [
        row.key,
        str(row.label),
        str(row.definition),
        str(row.owner),
        row.unit,
        str(scope.period.first),
        str(scope.period.last),
        *map(_number, numbers),
        str(row.parts.n),
        row.reason,
        _number(row.closed),
        _moment(row.closed_at),
    ]


def _month_cells(kpi: Kpi, row: MonthFigure) -> list[str]:
    return [
        kpi.key,
        str(kpi.label),
        unit_of(kpi),
        str(row.month),
        _number(row.value),
        _moment(row.frozen_at),
        _number(row.now),
        "yes" if row.has_changed else "",
    ]


def _loss_cells(user: User, period: Period) -> list[list[str]]:
    declined = declines(period, rows=rows_for(user, Handoff, "read"))
    lost = losses(period, rows=rows_for(user, Deal, "read"))
    causes = [line for lines in declined.causes.values() for line in lines]
    return [
        *(
            ["handoffs", "reason", row.label, "", str(row.count), ""]
            for row in declined.reasons
        ),
        *(
            [
                "handoffs",
                row.kind,
                row.name,
                str(row.offered),
                str(row.declined),
                row.mostly,
            ]
            for row in causes
        ),
        *(
            ["deals", "reason", row.label, "", str(row.count), ""]
            for row in lost.reasons
        ),
    ]


def _number(number: float | None) -> str:
    return "" if number is None else f"{number:.10g}"


def _moment(moment: datetime | None) -> str:
    return timezone.localtime(moment).isoformat() if moment else ""
