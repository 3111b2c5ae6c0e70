"""The journey board, and the stepper on the contact page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import scope
from contacts.models import Contact
from journeys.models import Journey, Phase, PhaseVisit
from journeys.selectors.board import board_of, cards_of
from journeys.services.visits import move_by_hand, why_not_by_hand
from leadhub.errors import DomainError
from leadhub.moments import day_text
from leadhub.web import wants_partial


@login_required
@require_GET
@vary_on_headers("HX-Request")
def board(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Columns of phases; with ``phase`` and ``cursor`` more cards of one of them."""
    journey = get_object_or_404(scope(request.user, Journey, "read"), pk=journey_id)
    return _board_page(request, journey)


@login_required
@require_GET
def board_cards(request: HttpRequest, phase_id: int) -> HttpResponse:
    """More cards of one column."""
    phase = get_object_or_404(scope(request.user, Phase, "read"), pk=phase_id)
    page = cards_of(
        phase,
        visits=_visits(request),
        at=timezone.now(),
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "phase": phase,
        "cards": page.rows,
        "next": page.next,
        "may_move": request.user.may_write,
        "mine": request.GET.get("mine") == "1",
    }
    return render(request, "journeys/_cards.html", context)


@login_required
@require_POST
def move(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Move the contact ``contact`` to the phase ``phase`` of this journey."""
    journey = get_object_or_404(scope(request.user, Journey, "read"), pk=journey_id)
    contact = get_object_or_404(
        scope(request.user, Contact, "update"), pk=_number(request, "contact")
    )
    phase = get_object_or_404(journey.phases, pk=_number(request, "phase"))
    error = ""
    try:
        move_by_hand(contact=contact, phase=phase, by=request.user, at=timezone.now())
    except DomainError as refusal:
        error = str(refusal)
    moved = _("%(contact)s moved to %(phase)s.") % {"contact": contact, "phase": phase}
    if wants_partial(request):
        said = error or moved
        return _board_page(request, journey, said=said, is_error=bool(error))
    if error:
        messages.error(request, error)
    else:
        messages.success(request, moved)
    target = request.POST.get("back")
    if target == "contact":
        return redirect("contacts:detail", contact.pk)
    return redirect("journeys:board", journey.pk)


@login_required
@require_GET
def contact_phases(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Panel: the contact's journey as a stepper, with the dates of their stays."""
    contact = get_object_or_404(scope(request.user, Contact, "read"), pk=contact_id)
    stays = scope(request.user, PhaseVisit, "read").filter(contact=contact)
    visits = list(stays.select_related("phase__journey").order_by("-entered_at", "-pk"))
    current = next((visit for visit in visits if visit.left_at is None), None)
    journey = current.phase.journey if current else None
    phases = list(journey.phases.order_by("position")) if journey else []
    first_stay = {visit.phase_id: visit for visit in reversed(visits)}
    context = {
        "contact": contact,
        "journey": journey,
        "current": current,
        "steps": [_step(phase, current, first_stay.get(phase.pk)) for phase in phases],
    }
    if current and scope(request.user, Contact, "update").filter(pk=contact.pk):
        stage = current.phase.stage
        context["targets"] = [
            (phase, why_not_by_hand(stage, phase.stage) or "") for phase in phases
        ]
    return render(request, "journeys/_contact_phases.html", context)


def _step(
    phase: Phase, current: PhaseVisit | None, stay: PhaseVisit | None
) -> dict[str, str]:
    if current is not None and phase.pk == current.phase_id:
        since = _("since %s") % _day(current.entered_at)
        return {"label": phase.name, "state": "now", "detail": since}
    if stay is not None:
        return {"label": phase.name, "state": "done", "detail": _day(stay.entered_at)}
    return {"label": phase.name, "state": "", "detail": ""}


def _day(moment: datetime) -> str:
    return day_text(moment, now=timezone.now())


def _board_page(request: HttpRequest, journey: Journey, **said: Any) -> HttpResponse:
    columns = board_of(journey, visits=_visits(request), at=timezone.now())
    context = {
        "journey": journey,
        "columns": columns,
        "journeys": scope(request.user, Journey, "read").order_by("name", "pk"),
        "mine": request.GET.get("mine") == "1",
        "may_move": request.user.may_write,
        **_moves(journey),
        **said,
    }
    partial = wants_partial(request)
    template = "journeys/_board.html" if partial else "journeys/board.html"
    return render(request, template, context)


def _visits(request: HttpRequest) -> QuerySet[PhaseVisit]:
    visits = scope(request.user, PhaseVisit, "read")
    if request.GET.get("mine") == "1":
        return visits.filter(contact__owner=request.user)
    return visits


def _moves(journey: Journey) -> dict[str, Any]:
    """Stage -> phase -> why its contacts may not be dropped there; "": they may."""
    stage_of = dict(journey.phases.values_list("pk", "stage"))
    targets = {
        stage: {pk: why_not_by_hand(stage, to) or "" for pk, to in stage_of.items()}
        for stage in Phase.Stage.values
    }
    return {"targets": targets}


def _number(request: HttpRequest, name: str) -> int:
    value = request.POST.get(name, "")
    return int(value) if value.isdecimal() and len(value) < 19 else 0
