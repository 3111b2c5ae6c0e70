"""Pages on which a draft of a plan is looked at, put in order, and published."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import scope
from journeys.draft_forms import PublishForm
from journeys.models import Journey
from journeys.selectors.plan_rows import in_words, mark_gone
from journeys.selectors.snapshots import PlanDocument, parts_of, plan_of
from journeys.selectors.versions import (
    changes_between,
    draft_of,
    latest_number,
    latest_version,
    removed_with_contacts,
)
from journeys.services import drafts
from journeys.services.publishing import check_ready, publish_draft
from leadhub.errors import DomainError, InvalidValue


def journey_to_change(request: HttpRequest, journey_id: int) -> Journey:
    rows = scope(request.user, Journey, "update").select_related("segment")
    return get_object_or_404(rows, pk=journey_id)


@login_required
@require_GET
def draft(request: HttpRequest, journey_id: int) -> HttpResponse:
    """The plan as it is being written, with what is different from the one in force."""
    journey = journey_to_change(request, journey_id)
    now = timezone.now()
    at_work, plan = draft_of(journey), plan_of(journey, at=now)
    words = in_words(at_work.plan if at_work else plan)
    mark_gone(words)
    fault = _fault(journey, at_work.plan, at=now) if at_work else None
    context = {
        "journey": journey,
        "draft": at_work,
        "words": words,
        "changes": changes_between(plan, at_work.plan, at=now) if at_work else [],
        "fault": fault,
        "latest": latest_version(journey),
        "is_new": not plan["phases"],
    }
    return render(request, "journeys/draft.html", context)


def _fault(
    journey: Journey, plan: PlanDocument, *, at: datetime
) -> dict[str, str] | None:
    """What stands in the way of publishing the draft, and the page of its place."""
    try:
        check_ready(journey=journey, plan=plan, at=at)
    except InvalidValue as fault:
        return {"text": str(fault), "url": _page_of(journey, plan, fault.attr or "")}
    return None


def _page_of(journey: Journey, plan: PlanDocument, path: str) -> str:
    """Where the part with this path in the document is edited."""
    places = [("plan.", "settings", [])]
    for kind, where, part in parts_of(plan):
        places.append((f"{where}.", kind, [part["key"]]))
    _where, name, args = [place for place in places if path.startswith(place[0])][-1]
    return reverse(f"journeys:draft_{name}", args=[journey.pk, *args])


@login_required
@require_POST
def phase_place(request: HttpRequest, journey_id: int, key: str) -> HttpResponse:
    """Make the phase number ``position`` of the draft."""
    position = request.POST.get("position", "")
    if not (position.isdecimal() and len(position) < 4):
        raise BadRequest("position is a number")
    return _do(request, journey_id, drafts.move_phase, key=key, position=int(position))


@login_required
@require_POST
def phase_drop(request: HttpRequest, journey_id: int, key: str) -> HttpResponse:
    return _do(request, journey_id, drafts.drop_phase, key=key)


@login_required
@require_POST
def measure_drop(request: HttpRequest, journey_id: int, key: str) -> HttpResponse:
    return _do(request, journey_id, drafts.drop_measure, key=key)


def _do(
    request: HttpRequest, journey_id: int, verb: Callable[..., Any], **values: Any
) -> HttpResponse:
    journey = journey_to_change(request, journey_id)
    try:
        verb(journey=journey, by=request.user, at=timezone.now(), **values)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("journeys:draft", journey.pk)


@login_required
@require_POST
def discard(request: HttpRequest, journey_id: int) -> HttpResponse:
    journey = journey_to_change(request, journey_id)
    drafts.discard_draft(journey=journey)
    messages.success(request, _("The draft is discarded. The plan is as it was."))
    return redirect("journeys:detail", journey.pk)


@login_required
@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, journey_id: int) -> HttpResponse:
    """Shows what would change, asks for a note, and where contacts go."""
    journey = journey_to_change(request, journey_id)
    # The number first: who publishes must have seen what it numbers, or be refused.
    now, number = timezone.now(), latest_number(journey)
    at_work, plan = draft_of(journey), plan_of(journey, at=now)
    new = at_work.plan if at_work else plan
    shown = {"revision": at_work.revision if at_work else 0, "based_on": number}
    form = PublishForm(
        request.POST or None,
        initial=shown,
        going=list(removed_with_contacts(plan, new)),
        staying=new["phases"],
    )
    if request.method == "POST" and form.is_valid():
        try:
            version = publish_draft(
                journey=journey,
                note=form.cleaned_data["note"],
                revision=form.cleaned_data["revision"],
                based_on=form.cleaned_data["based_on"],
                moves=form.moves(),
                by=request.user,
                at=now,
            )
        except DomainError as refusal:
            form.refuse(str(refusal), shown)
        else:
            said = _("Version %(n)s is published. Contacts follow by themselves.")
            messages.success(request, said % {"n": version.number})
            return redirect("journeys:detail", journey.pk)
    context = {
        "journey": journey,
        "draft": at_work,
        "fault": _fault(journey, new, at=now) if at_work else None,
        "form": form,
        "changes": changes_between(plan, new, at=now),
        "latest": latest_version(journey),
        "is_behind": at_work is not None and at_work.based_on != number,
    }
    status = 422 if form.errors else 200
    return render(request, "journeys/publish.html", context, status=status)
