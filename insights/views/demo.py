"""Whether there are demo data, and taking them away."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from insights.selectors.first_run import demo_state
from insights.services.demo_removal import start_demo_removal


@login_required
@require_GET
def demo(request: HttpRequest) -> HttpResponse:
    """The banner on Today, for itself: how far the removal is."""
    context = {"demo": demo_state(), "may_remove_demo": request.user.is_administrator}
    return render(request, "insights/_demo_banner.html", context)


@login_required
@require_POST
def remove(request: HttpRequest) -> HttpResponse:
    if not request.user.is_administrator:
        raise PermissionDenied
    start_demo_removal(by=request.user, at=timezone.now())
    return redirect("insights:today")
