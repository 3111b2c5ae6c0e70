"""Pages on which the parts of a draft are written: journey, phases and measures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from contacts.conditions.catalog import editor_words
from journeys.carriers import ref_of
from journeys.draft_costs import DraftCosts
from journeys.draft_forms import MeasureForm, PhaseForm, PlanForm
from journeys.models import Journey, Measure, Phase
from journeys.selectors.carrying import on_offer
from journeys.selectors.snapshots import (
    OF_JOURNEY,
    OF_MEASURE,
    OF_PHASE,
    PlanDocument,
    measure_in,
    measures_of,
    phase_in,
    plan_of,
    seen,
)
from journeys.selectors.versions import draft_of
from journeys.services import drafts
from journeys.views.drafts import journey_to_change
from leadhub.errors import DomainError


@login_required
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, journey_id: int) -> HttpResponse:
    journey = journey_to_change(request, journey_id)
    plan = _at_hand(journey)
    values = {name: plan[name] for name in (*OF_JOURNEY, "segment")}
    instance = Journey(**{n: plan[n] for n in OF_JOURNEY}, segment_id=plan["segment"])
    form = PlanForm(request.POST or None, instance=instance)

    def store(mark: str) -> None:
        drafts.change_draft(
            journey=journey,
            values=form.part(),
            mark=mark,
            by=request.user,
            at=timezone.now(),
        )

    context = {"mark": seen(values), "title": _("The journey as a whole")}
    return _form_page(request, journey, form, store, **context)


@login_required
@require_http_methods(["GET", "POST"])
def phase(request: HttpRequest, journey_id: int, key: str = "") -> HttpResponse:
    """A new phase at the end of the draft, or the one with ``key``."""
    journey = journey_to_change(request, journey_id)
    part = phase_in(_at_hand(journey), key) if key else None
    if key and part is None:
        raise Http404
    values = {name: part[name] for name in OF_PHASE} if part else {}
    instance = Phase(journey=journey, team_id=part and part["team"], **values)
    form = PhaseForm(request.POST or None, instance=instance)

    def store(mark: str) -> None:
        changed = form.part()
        drafts.put_phase(
            journey=journey,
            part={**changed, "key": key or changed["key"]},
            mark=mark,
            by=request.user,
            at=timezone.now(),
        )

    own = {n: v for n, v in part.items() if n != "measures"} if part else None
    context = {
        "mark": seen(own) if own else "",
        "title": part["name"] if part else _("New phase in %s") % journey,
        "drop": "journeys:draft_phase_drop" if part else "",
        "key": key,
    }
    return _form_page(request, journey, form, store, **context)


@login_required
@require_http_methods(["GET", "POST"])
def measure(
    request: HttpRequest, journey_id: int, phase_key: str = "", key: str = ""
) -> HttpResponse:
    """A new measure in the phase ``phase_key`` of the draft, or the one with ``key``."""
    journey = journey_to_change(request, journey_id)
    plan = _at_hand(journey)
    known = measure_in(plan, key) if key else None
    within = known[0] if known else phase_in(plan, phase_key)
    if within is None:
        raise Http404
    part = known[1] if known else None
    values = {name: part[name] for name in OF_MEASURE} if part else {}
    instance = Measure(team_id=part["team"] if part else within["team"], **values)
    chosen = [ref_of(carrier) for carrier in part["carriers"]] if part else []
    form = MeasureForm(
        request.POST or None,
        instance=instance,
        phases=plan["phases"],
        phase=within["key"],
        carriers=chosen,
        offer=_offer(journey, plan, key=key, chosen=chosen),
        costs=DraftCosts(
            request.POST or None, initial=part["costs"] if part else [], prefix="costs"
        ),
    )

    def store(mark: str) -> None:
        changed = form.part()
        drafts.put_measure(
            journey=journey,
            phase_key=form.cleaned_data["phase"],
            part={**changed, "key": key or changed["key"]},
            mark=mark,
            by=request.user,
            at=timezone.now(),
        )

    new = _("New measure in %(phase)s") % {"phase": within["name"]}
    context = {
        "mark": seen(part) if part else "",
        "title": part["name"] if part else new,
        "drop": "journeys:draft_measure_drop" if part else "",
        "key": key,
    }
    return _form_page(request, journey, form, store, **context)


def _offer(
    journey: Journey, plan: PlanDocument, *, key: str, chosen: list[str]
) -> list[tuple[str, list[tuple[str, str]]]]:
    """What may carry the measure out: of each what it carries out now, if it does."""
    now = {
        ref_of(carrier): measure["name"]
        for _within, measure in measures_of(plan)
        if measure["key"] != key
        for carrier in measure["carriers"]
    }
    said = _("%(name)s (now: %(measure)s)")
    offer = [
        (
            label,
            [
                (
                    ref,
                    said % {"name": name, "measure": now[ref]} if ref in now else name,
                )
                for ref, name in options
            ],
        )
        for label, options in on_offer(journey)
    ]
    there = {ref for _label, options in offer for ref, _name in options}
    names = plan["names"]["carriers"]
    if gone := [(ref, names.get(ref, ref)) for ref in chosen if ref not in there]:
        offer.append((_("Not there any more"), gone))
    return offer


def _at_hand(journey: Journey) -> PlanDocument:
    """What the draft says, else the plan."""
    draft = draft_of(journey)
    return draft.plan if draft else plan_of(journey, at=timezone.now())


def _form_page(
    request: HttpRequest,
    journey: Journey,
    form: Any,
    store: Callable[[str], None],
    *,
    mark: str,
    **context: Any,
) -> HttpResponse:
    """Show the form, or store it; who saves again after a conflict means it."""
    status = 200
    if request.method == "POST":
        status, told = 422, request.POST.get("mark", "")
        if form.is_valid():
            try:
                store(told)
            except DomainError as refusal:
                attr = getattr(refusal, "attr", None)
                if isinstance(form, MeasureForm):
                    form.refuse(attr, str(refusal))
                else:
                    form.add_error(attr, str(refusal))
                if isinstance(refusal, drafts.DraftChanged):
                    status, told = 409, mark
            else:
                messages.success(request, _("Saved in the draft."))
                return redirect("journeys:draft", journey.pk)
        mark = told
    context |= {"journey": journey, "form": form, "mark": mark}
    context |= editor_words(request.user)
    return render(request, "journeys/draft_form.html", context, status=status)
