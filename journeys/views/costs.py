"""The page on which a measure's costs are written down, period by period."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import scope
from journeys.cost_forms import CostRows
from journeys.models import Measure
from journeys.selectors.costs import spent_so_far
from journeys.services.costs import change_costs
from leadhub.errors import DomainError


@login_required
def measure_costs(request: HttpRequest, measure_id: int) -> HttpResponse:
    action = "update" if request.method == "POST" else "read"
    measures = scope(request.user, Measure, action).select_related("phase__journey")
    measure = get_object_or_404(measures, pk=measure_id)
    rows = measure.costs.order_by("since_date", "pk")
    forms = CostRows(request.POST or None, queryset=rows, prefix="costs")
    status = 200
    if request.method == "POST":
        status = 422
        if forms.is_valid():
            costs, gone = forms.read()
            try:
                change_costs(
                    measure=measure,
                    costs=costs,
                    gone=gone,
                    by=request.user,
                    at=timezone.now(),
                )
            except DomainError as refusal:
                messages.error(request, str(refusal))
            else:
                messages.success(request, _("Costs saved."))
                return redirect("journeys:measure_costs", measure.pk)
    context = {
        "measure": measure,
        "forms": forms,
        "costs": rows,
        "spent": spent_so_far(rows, today=timezone.localdate()),
        "may_write": request.user.runs_marketing,
    }
    return render(request, "journeys/costs.html", context, status=status)
