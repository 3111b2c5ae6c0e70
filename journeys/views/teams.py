"""Special teams."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import scope
from journeys.forms import TeamForm
from journeys.models import Team
from journeys.services import plans
from leadhub.errors import DomainError


@login_required
@require_GET
def team_list(request: HttpRequest) -> HttpResponse:
    teams = scope(request.user, Team, "read").prefetch_related(
        "members", "phases__journey"
    )
    context = {
        "teams": teams.order_by("name", "pk"),
        "may_write": request.user.runs_marketing,
    }
    return render(request, "journeys/teams.html", context)


@login_required
def team_edit(request: HttpRequest, team_id: int | None = None) -> HttpResponse:
    rows = scope(request.user, Team, "update")
    if team_id is None and rows.query.is_empty():
        raise PermissionDenied
    team = get_object_or_404(rows, pk=team_id) if team_id else Team()
    form = TeamForm(request.POST or None, instance=team)
    if request.method == "POST" and form.is_valid():
        try:
            plans.save_team(team=form.instance, members=form.cleaned_data["members"])
        except DomainError as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("Team saved."))
            return redirect("journeys:teams")
    context = {"form": form, "team": team if team_id else None}
    status = 422 if form.is_bound else 200
    return render(request, "journeys/team_form.html", context, status=status)


@login_required
@require_POST
def team_delete(request: HttpRequest, team_id: int) -> HttpResponse:
    team = get_object_or_404(scope(request.user, Team, "delete"), pk=team_id)
    plans.delete_team(team=team)
    messages.success(request, _("Team deleted."))
    return redirect("journeys:teams")
