"""The journey as documentation: who does what when, made to be printed."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import scope
from journeys.carriers import carriers_of
from journeys.models import Journey
from journeys.process import process_facts
from journeys.selectors.plan_rows import in_words
from journeys.selectors.snapshots import plan_of
from journeys.selectors.versions import latest_version


@login_required
@require_GET
def process(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Of the plan in force, or with ``version`` of an older one."""
    rows = scope(request.user, Journey, "read").select_related("owner", "segment")
    journey = get_object_or_404(rows, pk=journey_id)
    latest = latest_version(journey)
    version, plan = latest, None
    if number := request.GET.get("version", ""):
        if not (number.isdecimal() and len(number) < 10):
            raise Http404
        versions = journey.versions.select_related("published_by")
        version = get_object_or_404(versions, number=int(number))
        plan = version.plan
    now = timezone.now()
    words = in_words(plan or plan_of(journey, at=now), with_members=True)
    facts = {stage: process_facts(stage) for stage in ("handoff", "sales")}
    if plan is None:
        measures = [row for phase in words.phases for row in phase.measures]
        carriers = carriers_of([row.number for row in measures])
        for row in measures:
            row.carriers = carriers.get(row.number, [])
    context = {
        "journey": journey,
        "words": words,
        "phases": [(row, facts.get(row.part["stage"], [])) for row in words.phases],
        "version": version,
        "is_latest": version == latest,
        "review": journey.reviews.select_related("by").order_by("-at", "-pk").first(),
        "now": now,
    }
    return render(request, "journeys/process.html", context)
