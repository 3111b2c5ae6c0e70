"""The versions of a plan: read, compared, and made a draft again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import scope
from journeys.models import Journey, JourneyVersion
from journeys.selectors.plan_rows import in_words
from journeys.selectors.versions import changes_between, condition_texts, draft_of
from journeys.services.drafts import restore_version
from leadhub.errors import DomainError

SHOWN = 50


@login_required
@require_GET
def version_list(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Every version, with what it changed; any two can be compared."""
    journey = _journey(request, journey_id)
    rows = journey.versions.select_related("published_by").order_by("-number")
    versions = list(rows[: SHOWN + 1])
    older, words = [*versions[1:], None], condition_texts()
    lines = [
        {
            "version": version,
            "changes": before
            and changes_between(
                before.plan, version.plan, at=version.published_at, words=words
            ),
            "before": before,
        }
        for version, before in zip(versions, older, strict=False)
    ]
    context = {
        "journey": journey,
        "lines": lines[:SHOWN],
        "draft": draft_of(journey),
        "may_write": request.user.runs_marketing,
    }
    return render(request, "journeys/versions.html", context)


@login_required
@require_GET
def version_detail(request: HttpRequest, journey_id: int, number: int) -> HttpResponse:
    journey = _journey(request, journey_id)
    version = _version(journey, number)
    context = {
        "journey": journey,
        "version": version,
        "words": in_words(version.plan),
        "is_latest": not journey.versions.filter(number__gt=number).exists(),
        "may_write": request.user.runs_marketing,
    }
    return render(request, "journeys/version.html", context)


@login_required
@require_GET
def compare(request: HttpRequest, journey_id: int) -> HttpResponse:
    """What is different in version ``to`` from version ``from``."""
    journey = _journey(request, journey_id)
    numbers = [request.GET.get(name, "") for name in ("from", "to")]
    if not all(number.isdecimal() and len(number) < 10 for number in numbers):
        raise Http404
    old, new = (_version(journey, int(number)) for number in numbers)
    context = {
        "journey": journey,
        "old": old,
        "new": new,
        "changes": changes_between(
            old.plan, new.plan, at=max(old.published_at, new.published_at)
        ),
    }
    return render(request, "journeys/compare.html", context)


@login_required
@require_POST
def restore(request: HttpRequest, journey_id: int, number: int) -> HttpResponse:
    """Make the draft say what a version says; nothing is published by it."""
    rows = scope(request.user, Journey, "update")
    journey = get_object_or_404(rows, pk=journey_id)
    version = _version(journey, number)
    try:
        restore_version(version=version, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("journeys:version", journey.pk, number)
    said = _("The draft says what version %(n)s said. Nothing is published yet.")
    messages.success(request, said % {"n": number})
    return redirect("journeys:draft", journey.pk)


def _journey(request: HttpRequest, journey_id: int) -> Journey:
    return get_object_or_404(scope(request.user, Journey, "read"), pk=journey_id)


def _version(journey: Journey, number: int) -> JourneyVersion:
    rows = journey.versions.select_related("published_by", "journey")
    return get_object_or_404(rows, number=number)
