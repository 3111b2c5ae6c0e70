"""Pages on which journeys are laid out."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import scope
from contacts.conditions.catalog import catalog
from contacts.conditions.sentences import describe
from journeys.forms import JourneyForm, MeasureForm, PhaseForm
from journeys.models import Journey, Measure, Phase
from journeys.models.interaction import Kind
from journeys.selectors.costs import costs_of
from journeys.selectors.numbers import (
    journeys_with_counts,
    measure_numbers,
    phase_numbers,
)
from journeys.services import plans
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
    """The editor: phases as rows, their measures, and what both brought."""
    journey = get_object_or_404(
        scope(request.user, Journey, "read").select_related("segment"), pk=journey_id
    )
    phases = list(
        journey.phases.select_related("team")
        .prefetch_related("measures__team")
        .order_by("position")
    )
    now = timezone.now()
    of_phase = phase_numbers(phases, since=now - PERIOD)
    measures = [measure for phase in phases for measure in phase.measures.all()]
    of_measure = measure_numbers(measures)
    spent = costs_of(measures, today=timezone.localdate())
    rows = [
        {
            "phase": phase,
            "numbers": of_phase[phase.pk],
            "condition": describe(phase.entry_condition)
            if phase.entry_condition
            else "",
            "measures": [
                {
                    "measure": measure,
                    "numbers": of_measure[measure.pk],
                    "cost": spent.get(measure.pk),
                    "cost_per_contact": _cost_per_contact(
                        spent.get(measure.pk), of_measure[measure.pk].contacts
                    ),
                }
                for measure in phase.measures.all()
            ],
        }
        for phase in phases
    ]
    context = {
        "journey": journey,
        "rows": rows,
        "may_write": request.user.runs_marketing,
        "is_late": journey.review_date and journey.review_date < timezone.localdate(),
    }
    return render(request, "journeys/detail.html", context)


def _cost_per_contact(cost: Decimal | None, contacts: int) -> Decimal | None:
    """Of those it brought; None where that cannot be said."""
    return None if cost is None or not contacts else cost / contacts


@login_required
def journey_edit(request: HttpRequest, journey_id: int | None = None) -> HttpResponse:
    rows = scope(request.user, Journey, "update")
    journey = _row_or_new(rows, journey_id)
    form = JourneyForm(request.POST or None, instance=journey)
    if request.method == "POST" and form.is_valid():
        by, now = request.user, timezone.now()
        try:
            plans.save_journey(journey=form.instance, by=by, at=now)
        except DomainError as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(request, _("Journey saved."))
            return redirect("journeys:detail", form.instance.pk)
    return _form_page(request, form, journey=journey if journey_id else None)


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


@login_required
def phase_edit(
    request: HttpRequest, journey_id: int, phase_id: int | None = None
) -> HttpResponse:
    journey = get_object_or_404(scope(request.user, Journey, "update"), pk=journey_id)
    new = Phase(journey=journey, position=None)
    phase = get_object_or_404(journey.phases, pk=phase_id) if phase_id else new
    form = PhaseForm(request.POST or None, instance=phase)
    if request.method == "POST" and form.is_valid():
        try:
            plans.save_phase(phase=form.instance, by=request.user, at=timezone.now())
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Phase saved. Contacts follow by themselves."))
            return redirect("journeys:detail", journey.pk)
    return _form_page(
        request,
        form,
        journey=journey,
        phase=phase if phase_id else None,
        catalog=catalog(request.user),
        behaviors=[{"kind": kind, "label": label} for kind, label in Kind.choices],
        condition_text=_text_of(form["entry_condition"].value()),
    )


@login_required
@require_POST
def phase_delete(request: HttpRequest, phase_id: int) -> HttpResponse:
    phase = get_object_or_404(scope(request.user, Phase, "delete"), pk=phase_id)
    try:
        plans.delete_phase(phase=phase)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Phase deleted."))
    return redirect("journeys:detail", phase.journey_id)


@login_required
@require_POST
def phase_place(request: HttpRequest, phase_id: int) -> HttpResponse:
    """Make the phase number ``position`` of its journey."""
    phase = get_object_or_404(scope(request.user, Phase, "update"), pk=phase_id)
    position = request.POST.get("position", "")
    if not (position.isdecimal() and len(position) < 4):
        raise BadRequest("position is a number")
    plans.place_phase(phase=phase, position=int(position))
    return redirect("journeys:detail", phase.journey_id)


@login_required
def measure_edit(
    request: HttpRequest, phase_id: int, measure_id: int | None = None
) -> HttpResponse:
    phase = get_object_or_404(
        scope(request.user, Phase, "update").select_related("journey"), pk=phase_id
    )
    new = Measure(phase=phase)
    measure = get_object_or_404(phase.measures, pk=measure_id) if measure_id else new
    form = MeasureForm(request.POST or None, instance=measure)
    if request.method == "POST" and form.is_valid():
        plans.save_measure(measure=form.instance)
        messages.success(request, _("Measure saved."))
        return redirect("journeys:detail", phase.journey_id)
    return _form_page(
        request,
        form,
        journey=phase.journey,
        phase=phase,
        measure=measure if measure_id else None,
        is_measure=True,
    )


@login_required
@require_POST
def measure_delete(request: HttpRequest, measure_id: int) -> HttpResponse:
    rows = scope(request.user, Measure, "delete").select_related("phase")
    measure = get_object_or_404(rows, pk=measure_id)
    plans.delete_measure(measure=measure)
    messages.success(request, _("Measure deleted."))
    return redirect("journeys:detail", measure.phase.journey_id)


def _row_or_new(rows: QuerySet, row_id: int | None) -> Any:
    if row_id is not None:
        return get_object_or_404(rows, pk=row_id)
    if rows.query.is_empty():
        raise PermissionDenied
    return rows.model()


def _form_page(request: HttpRequest, form: ModelForm, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(
        request, "journeys/form.html", {"form": form, **context}, status=status
    )


def _text_of(condition: str | None) -> str:
    """What the editor starts with: nothing where there is no condition."""
    return "" if condition in (None, "{}", "null") else condition
