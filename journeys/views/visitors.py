"""Browsers that agreed to be recognized."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import scope
from journeys.models import Visitor
from journeys.selectors.visitors import crowd_since, seen_of
from leadhub.keyset import BadCursor, page_of

PAGE_SIZE = 50
DAYS = 30


@login_required
@require_GET
def visitor_list(request: HttpRequest) -> HttpResponse:
    rows = scope(request.user, Visitor, "read").select_related("contact")
    shows_joined = request.GET.get("show") == "joined"
    if shows_joined:
        rows = rows.filter(contact__isnull=False)
    try:
        page = page_of(
            rows,
            ordering=["-created_at", "-id"],
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor:
        return redirect("journeys:visitors")
    seen = seen_of(page.rows)
    context = {
        "crowd": crowd_since(timezone.now() - timedelta(days=DAYS)),
        "days": DAYS,
        "lines": [{"visitor": row, "seen": seen[row.pk]} for row in page.rows],
        "page": page,
        "shows_joined": shows_joined,
    }
    return render(request, "journeys/visitors.html", context)
