"""The command menu's search."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from insights.selectors.finding import find
from leadhub.web import wants_partial


@login_required
@require_GET
def search(request: HttpRequest) -> HttpResponse:
    words = request.GET.get("q", "")
    context = {"groups": find(request.user, words), "words": words}
    partial = wants_partial(request)
    template = "_ui/search_results.html" if partial else "insights/search.html"
    return render(request, template, context)
