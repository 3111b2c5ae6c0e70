"""Pages on which journeys are laid out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import scope
from journeys.carriers import carriers_of
from journeys.forms import NewJourneyForm, RunningForm
from journeys.models import Journey
from journeys.selectors.costs import costs_of
from journeys.selectors.numbers import (
    contacts_in,
    goal_numbers,
    journeys_with_counts,
    measure_numbers,
)
from journeys.selectors.plan_rows import in_words
from journeys.selectors.snapshots import plan_of
from journeys.selectors.versions import draft_of, latest_version
from journeys.services import plans
from journeys.services.reviews import keep_running
from leadhub.errors import DomainError

PERIOD = timedelta(days=30)


@login_required
@require_GET
def journey_list(request: HttpRequest) -> HttpResponse:
    journeys = journeys_with_counts(scope(request.user, Journey, "read"))
    context = {
        "journeys": journeys.select_related("segment").order_by("name", "pk"),
        "may_write": request.user.runs_marketing,
        "today": timezone.localdate(),
    }
    return render(request, "journeys/list.html", context)


@login_required
@require_GET
def journey_detail(request: HttpRequest, journey_id: int) -> HttpResponse:
    """The plan in force: phases as rows, their measures, and what both brought."""
    rows = scope(request.user, Journey, "read").select_related("segment", "owner")
    journey = get_object_or_404(rows, pk=journey_id)
    now, today = timezone.now(), timezone.localdate()
    words = in_words(plan_of(journey, at=now))
    phases = {phase.pk: phase for phase in journey.phases.all()}
    of_phase = contacts_in(phases.values())
    lines = [line for row in words.phases for line in row.measures]
    numbers = [line.number for line in lines]
    of_measure, spent = measure_numbers(numbers), costs_of(numbers, today=today)
    carriers = carriers_of(numbers)
    for line in lines:
        line.carriers = carriers.get(line.number, [])
    context = {
        "journey": journey,
        "words": words,
        "rows": [
            {
                "row": row,
                "pk": int(row.part["key"]),
                "contacts": of_phase[int(row.part["key"])],
                "measures": [
                    {
                        "row": line,
                        "numbers": of_measure[line.number],
                        "cost": spent.get(line.number),
                        "cost_per_contact": _cost_per_contact(
                            spent.get(line.number), of_measure[line.number].contacts
                        ),
                    }
                    for line in row.measures
                ],
            }
            for row in words.phases
        ],
        "goals": goal_numbers(journey, since=now - PERIOD),
        "draft": draft_of(journey) if request.user.runs_marketing else None,
        "latest": latest_version(journey),
        "may_write": request.user.runs_marketing,
        "is_late": journey.review_date and journey.review_date < today,
    }
    return render(request, "journeys/detail.html", context)


def _cost_per_contact(cost: Decimal | None, contacts: int) -> Decimal | None:
    """Of those it brought; None where that cannot be said."""
    return None if cost is None or not contacts else cost / contacts


@login_required
@require_http_methods(["GET", "POST"])
def journey_create(request: HttpRequest) -> HttpResponse:
    if scope(request.user, Journey, "update").query.is_empty():
        raise PermissionDenied
    form = NewJourneyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        by, now = request.user, timezone.now()
        try:
            plans.save_journey(journey=form.instance, by=by, at=now)
        except DomainError as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("Journey saved. Now lay out its phases."))
            return redirect("journeys:draft", form.instance.pk)
    return _form_page(request, form)


@login_required
@require_http_methods(["GET", "POST"])
def journey_edit(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Whether it runs, who is responsible, and when it is reviewed: true at once."""
    journey = get_object_or_404(scope(request.user, Journey, "update"), pk=journey_id)
    form = RunningForm(request.POST or None, instance=journey)
    if request.method == "POST" and form.is_valid():
        keep_running(
            journey=journey, by=request.user, at=timezone.now(), **form.cleaned_data
        )
        messages.success(request, _("Journey saved."))
        return redirect("journeys:detail", journey.pk)
    return _form_page(request, form, journey=journey)


@login_required
@require_POST
def journey_delete(request: HttpRequest, journey_id: int) -> HttpResponse:
    rows = scope(request.user, Journey, "delete")
    journey = get_object_or_404(rows, pk=journey_id)
    try:
        plans.delete_journey(journey=journey)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("journeys:detail", journey_id)
    messages.success(request, _("Journey deleted."))
    return redirect("journeys:list")


def _form_page(request: HttpRequest, form: ModelForm, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(
        request, "journeys/form.html", {"form": form, **context}, status=status
    )
