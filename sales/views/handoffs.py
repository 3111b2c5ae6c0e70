"""Handoffs."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from accounts.permissions import scope
from sales.models import Handoff


@login_required
def handoff_detail(request: HttpRequest, handoff_id: int) -> HttpResponse:
    handoff = get_object_or_404(scope(request.user, Handoff, "read"), pk=handoff_id)
    return render(request, "sales/detail.html", {"handoff": handoff})
