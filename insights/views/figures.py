"""Reports > Figures: all KPIs, one of them, and the same as a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import scope as rows_for
from contacts.imports.writing import csv_lines
from insights.figure_forms import FigureSettingsForm, TargetForm
from insights.kpis.definitions import DIMENSIONS, Figure, Owner, Scope
from insights.kpis.registry import KPIS, figure, unit_of
from insights.models import FigureSettings, KpiTarget
from insights.selectors.asked_scopes import asked_scope
from insights.selectors.figure_pages import (
    all_figures,
    choices,
    finding_text,
    measures_of,
    phase_rows,
    sections,
    slices,
)
from insights.selectors.kpi_months import is_kept, months_of, scope_key
from insights.selectors.targets import with_targets
from insights.services.targets import save_figure_settings, set_target
from insights.views.periods import period_of
from leadhub.errors import DomainError

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
)
SLICES = {
    "journey": gettext_lazy("By journey"),
    "team": gettext_lazy("By team"),
    "rep": gettext_lazy("By rep"),
    "measure": gettext_lazy("By measure"),
}


@login_required
@require_GET
def figure_list(request: HttpRequest) -> HttpResponse:
    """All of them for a period; ``?journey=&team=&rep=&measure=`` narrow them."""
    scope, problem = _scope(request)
    found = all_figures(scope)
    context = {
        "period": scope.period,
        "scope": scope,
        "problem": problem,
        "sections": sections(found, scope),
        "phases": phase_rows(scope),
        "choices": choices(scope),
        "kept": _kept(request),
        "finding": finding_text(found),
        "query": request.GET.urlencode(),
    }
    return render(request, "insights/figures.html", context)


@login_required
@require_GET
def figure_file(request: HttpRequest) -> StreamingHttpResponse:
    """The same as CSV."""
    scope, problem = _scope(request)
    if problem or scope.period.problem:
        raise Http404
    rows = [_cells(row, scope) for row in all_figures(scope)]
    response = StreamingHttpResponse(
        csv_lines(COLUMNS, rows), content_type="text/csv; charset=utf-8"
    )
    name = f"figures-{scope.period.first}-{scope.period.last}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@login_required
@require_http_methods(["GET", "POST"])
def figure_page(request: HttpRequest, key: str) -> HttpResponse:
    """One KPI: what it means, its months, its targets, and who has which."""
    kpi = KPIS.get(key)
    if kpi is None:
        raise Http404
    scope, problem = _scope(request)
    may_set = not rows_for(request.user, KpiTarget, "create").query.is_empty()
    if request.method == "POST" and not may_set:
        raise PermissionDenied
    form = TargetForm(request.POST or None, scope=scope)
    if request.method == "POST" and form.is_valid() and _set(request, key, form, scope):
        here = reverse("insights:figure", args=[key])
        return redirect(f"{here}?{request.GET.urlencode()}")
    [found] = with_targets([figure(key, scope)], scope)
    offered = choices(scope)
    offered["measure"] = measures_of(scope)
    months = months_of(kpi, scope)
    known = [row for row in months if row.value is not None]
    context: dict[str, Any] = {
        "kpi": kpi,
        "unit": unit_of(kpi),
        "owner": Owner(kpi.owner).label,
        "period": scope.period,
        "scope": scope,
        "problem": problem,
        "figure": found,
        "months": months,
        "trend": [(row.period.label, row.value) for row in known],
        "heads": (_("Month"), str(kpi.label)),
        "is_kept": is_kept(kpi, scope),
        "changed": [row for row in months if row.has_changed],
        "slices": [
            (label, rows)
            for name, label in SLICES.items()
            if (rows := slices(kpi, scope, name, offered[name]))
        ],
        "targets": _targets(request, key, scope),
        "form": form if may_set and _may_aim(kpi, scope) else None,
        "choices": choices(scope),
        "kept": _kept(request),
        "query": request.GET.urlencode(),
    }
    return render(
        request, "insights/figure.html", context, status=422 if form.is_bound else 200
    )


@login_required
@require_http_methods(["GET", "POST"])
def figure_settings(request: HttpRequest) -> HttpResponse:
    """Whether reps are compared, and when months are closed."""
    may_change = not rows_for(request.user, FigureSettings, "update").query.is_empty()
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    current = FigureSettings.current()
    form = FigureSettingsForm(request.POST or None, instance=current)
    if request.method == "POST" and form.is_valid():
        save_figure_settings(chosen=form.instance, by=request.user, at=timezone.now())
        messages.success(request, _("Saved."))
        return redirect("insights:figure_settings")
    context = {"form": form, "may_change": may_change, "current": current}
    status = 422 if form.is_bound else 200
    return render(request, "insights/figure_settings.html", context, status=status)


def _scope(request: HttpRequest) -> tuple[Scope, str]:
    """What is asked for; what cannot be read is left out and said."""
    period = period_of(request)
    try:
        return asked_scope(request.GET, user=request.user, period=period), ""
    except DomainError as refusal:
        return Scope(period, viewer=request.user), str(refusal)


def _kept(request: HttpRequest) -> list[tuple[str, str]]:
    """What the form of the filters leaves as it is."""
    return [
        (name, value)
        for name, value in request.GET.items()
        if name not in DIMENSIONS and value
    ]


def _may_aim(kpi: Any, scope: Scope) -> bool:
    return not kpi.needs_phase and scope.dimensions.keys() <= {"journey", "team"}


def _set(request: HttpRequest, key: str, form: TargetForm, scope: Scope) -> bool:
    try:
        set_target(
            kpi=key,
            value=form.cleaned_data["value"],
            valid_from=form.cleaned_data["valid_from"],
            journey=scope.journey,
            team=scope.team,
            by=request.user,
            at=timezone.now(),
        )
    except DomainError as refusal:
        attr = getattr(refusal, "attr", None)
        form.add_error(attr if attr in form.fields else None, str(refusal))
        return False
    messages.success(request, _("Saved."))
    return True


def _targets(request: HttpRequest, key: str, scope: Scope) -> list[KpiTarget]:
    name = scope_key(scope)
    if name is None:
        return []
    rows = rows_for(request.user, KpiTarget, "read").filter(kpi=key, scope=name)
    return list(rows.select_related("set_by").order_by("-valid_from", "-pk"))


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
        *("" if number is None else f"{number:.10g}" for number in numbers),
        str(row.parts.n),
        row.reason,
    ]
