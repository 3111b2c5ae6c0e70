"""The page on which a journey's review is finished, and the date of the next is set."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import scope
from journeys.draft_forms import ReviewForm
from journeys.models import Journey
from journeys.selectors.versions import latest_version
from journeys.services.reviews import finish_review
from leadhub.errors import DomainError

QUARTER = timedelta(days=91)
SHOWN = 50


@login_required
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, journey_id: int) -> HttpResponse:
    """What reviews have found, and for marketers the form that finishes one."""
    action = "update" if request.method == "POST" else "read"
    rows = scope(request.user, Journey, action).select_related("owner")
    journey = get_object_or_404(rows, pk=journey_id)
    today = timezone.localdate()
    initial = {"due": journey.review_date, "next_date": today + QUARTER}
    form = ReviewForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            finish_review(
                journey=journey,
                due=form.cleaned_data["due"],
                note=form.cleaned_data["note"],
                next_date=form.cleaned_data["next_date"],
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error(getattr(refusal, "attr", None), str(refusal))
        else:
            messages.success(request, _("Review noted."))
            return redirect("journeys:review", journey.pk)
    reviews = journey.reviews.select_related("by").order_by("-at", "-pk")[:SHOWN]
    context = {
        "journey": journey,
        "form": form,
        "reviews": reviews,
        "latest": latest_version(journey),
        "is_late": journey.review_date and journey.review_date < today,
        "may_write": request.user.runs_marketing,
    }
    status = 422 if form.errors else 200
    return render(request, "journeys/review.html", context, status=status)
