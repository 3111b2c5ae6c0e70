"""The conversions behind a number of the attribution page."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from insights.selectors.attribution import listing
from insights.selectors.attribution.report import Attribution
from insights.selectors.attribution.wording import label_of
from insights.views.attribution.question import Question, answer_to, question_of

PER_PAGE = 50


@login_required
@require_GET
def attribution_conversions(request: HttpRequest) -> HttpResponse:
    """All of them, those of a channel, of one way, or without a known touch."""
    question = question_of(request)
    found = answer_to(request, question)
    title, parts = _asked_for(request, question, found)
    page = Paginator(parts, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "period": question.period,
        "question": question,
        "found": found,
        "title": title,
        "page": page,
        "parts": listing.shown(page, found),
        "earned": listing.total_of(parts),
        "model": label_of(question.asked.model),
        "back_url": question.url("attribution"),
    }
    return render(request, "insights/attribution_conversions.html", context)


def _asked_for(
    request: HttpRequest, question: Question, found: Attribution
) -> tuple[str, list[listing.Part]]:
    query = request.GET
    if "way" in query:
        return _("One way"), listing.of_way(found, query["way"])
    if "unknown" in query:
        return _("No known touch"), listing.without_touch(found)
    if "key" in query:
        key = listing.key_named(found, query["key"])
        if key is None:
            return query["key"][:100], []
        label = found.by.labels([key]).get(key, str(key))
        return label, listing.parts_of(found, key, model=question.asked.model)
    return _("All of them"), listing.all_of(found)
