"""Reports > Figures: all KPIs, one of them, and the same as a file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from accounts.permissions import scope as rows_for
from insights.figure_forms import FigureSettingsForm, TargetForm
from insights.kpis.definitions import DIMENSIONS, Owner, Scope
from insights.kpis.registry import KPIS, unit_of
from insights.models import FigureSettings, KpiTarget
from insights.selectors.figure_pages import (
    all_figures,
    choices,
    figure_asked,
    finding_text,
    measures_of,
    rest_of,
    sections,
    slices,
)
from insights.selectors.kpi_months import months_of
from insights.selectors.kpi_scopes import is_kept, scope_key
from insights.selectors.phase_figures import ends_of, phase_rows, phases_offered
from insights.services.targets import save_figure_settings, set_target
from insights.views.scopes import scope_of
from leadhub.errors import DomainError

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
    scope, problem = scope_of(request)
    found, phases = all_figures(scope), phase_rows(scope)
    context = {
        "period": scope.period,
        "scope": scope,
        "problem": problem,
        "sections": sections(found, scope),
        "phases": phases,
        "ends": ends_of([phase for phase, _figures in phases]),
        "choices": choices(scope),
        "kept": _kept(request),
        "finding": finding_text(found),
        "query": request.GET.urlencode(),
    }
    return render(request, "insights/figures.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def figure_page(request: HttpRequest, key: str) -> HttpResponse:
    """One KPI: what it means, its months, its targets, and who has which."""
    kpi = KPIS.get(key)
    if kpi is None:
        raise Http404
    scope, problem = scope_of(request)
    may_set = not rows_for(request.user, KpiTarget, "create").query.is_empty()
    if request.method == "POST" and not may_set:
        raise PermissionDenied
    form = TargetForm(request.POST or None, kpi=kpi, scope=scope)
    if request.method == "POST" and form.is_valid() and _set(request, key, form, scope):
        here = reverse("insights:figure", args=[key])
        return redirect(f"{here}?{request.GET.urlencode()}")
    found = figure_asked(kpi, scope)
    offered = choices(scope)
    sliced = offered | {"measure": measures_of(scope)}
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
        "is_kept": is_kept(kpi, scope),
        "changed": [row for row in months if row.has_changed],
        "slices": [
            (label, rows, rest_of(kpi, found, rows))
            for name, label in SLICES.items()
            if (rows := slices(kpi, scope, name, sliced[name]))
        ],
        "targets": _targets(request, key, scope),
        "form": form if may_set and _may_aim(kpi, scope) else None,
        "choices": offered,
        "phases": phases_offered(scope) if kpi.needs_phase else [],
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
