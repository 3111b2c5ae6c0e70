"""What reps answer to an offered lead."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from accounts.permissions import scope
from leadhub.errors import DomainError, InvalidValue
from leadhub.web import wants_partial
from sales.forms import DeclineForm, RatingForm, ReassignForm
from sales.models import Handoff
from sales.selectors.handoffs import colleagues
from sales.services.handoffs import accept_handoff, decline_handoff, reassign_handoff
from sales.services.rating import rate_handoff
from sales.views.handoffs import actions_context


@login_required
@require_POST
def accept(request: HttpRequest, handoff_id: int) -> HttpResponse:
    handoff = _answerable(request, handoff_id, "accept")

    def answer() -> Handoff:
        return accept_handoff(handoff=handoff, by=request.user, at=timezone.now())

    said = _("%(name)s is yours. Good luck.") % {"name": handoff.contact}
    return _answered(request, handoff, answer, said=said)


@login_required
@require_POST
def decline(request: HttpRequest, handoff_id: int) -> HttpResponse:
    handoff = _answerable(request, handoff_id, "decline")
    form = DeclineForm(request.POST, handoff=handoff)
    if not form.is_valid():
        return _refused(request, handoff, form=form)

    def answer() -> Handoff:
        return decline_handoff(
            handoff=handoff, by=request.user, at=timezone.now(), **form.cleaned_data
        )

    said = _("%(name)s goes back to marketing.") % {"name": handoff.contact}
    return _answered(request, handoff, answer, said=said, form=form)


@login_required
@require_POST
def reassign(request: HttpRequest, handoff_id: int) -> HttpResponse:
    handoff = _answerable(request, handoff_id, "reassign")
    form = ReassignForm(request.POST, people=colleagues(handoff))
    if not form.is_valid():
        return _refused(request, handoff, error=_("Choose to whom."))
    assignee = form.cleaned_data["assignee"]

    def answer() -> Handoff:
        return reassign_handoff(
            handoff=handoff, assignee=assignee, by=request.user, at=timezone.now()
        )

    said = _("%(name)s is with %(rep)s now.")
    said %= {"name": handoff.contact, "rep": assignee}
    return _answered(request, handoff, answer, said=said)


@login_required
@require_POST
def rate(request: HttpRequest, handoff_id: int) -> HttpResponse:
    """How good the lead was; the one that is chosen already takes it back."""
    handoff = _answerable(request, handoff_id, "rate")
    form = RatingForm(request.POST)
    if not form.is_valid():
        return _refused(request, handoff, error=_("From 1 to 5."))
    rating = form.cleaned_data["rating"]
    chosen = None if rating == handoff.rating else rating
    try:
        handoff = rate_handoff(
            handoff=handoff, rating=chosen, by=request.user, at=timezone.now()
        )
    except DomainError as refusal:
        return _refused(request, handoff, error=str(refusal), status=409)
    if not wants_partial(request):
        messages.success(request, _("Saved."))
        return redirect("sales:detail", handoff.pk)
    context = actions_context(request, handoff)
    response = render(request, "sales/_handoff_actions.html", context)
    toast = {"text": _("Saved."), "level": "success"}
    return trigger_client_event(response, "toast", toast)


def _answerable(request: HttpRequest, handoff_id: int, action: str) -> Handoff:
    rows = scope(request.user, Handoff, action)
    return get_object_or_404(
        rows.select_related("contact__company", "assignee"), pk=handoff_id
    )


def _answered(
    request: HttpRequest,
    handoff: Handoff,
    answer: Callable[[], Handoff],
    *,
    said: str,
    form: DeclineForm | None = None,
) -> HttpResponse:
    try:
        handoff = answer()
    except InvalidValue as refusal:
        if form is None or refusal.attr not in form.fields:
            return _refused(request, handoff, error=str(refusal))
        form.add_error(refusal.attr, str(refusal))
        return _refused(request, handoff, form=form)
    except DomainError as refusal:
        return _refused(request, handoff, error=str(refusal), status=409)
    if not wants_partial(request):
        messages.success(request, said)
        return redirect("accounts:inbox")
    context = actions_context(request, handoff)
    response = render(request, "sales/_handoff_actions.html", context)
    # The toast first: what asked for it may go away with its line of the inbox.
    toast = {"text": said, "level": "success"}
    trigger_client_event(response, "toast", toast)
    gone = {"subject": f"handoff-{handoff.pk}"}
    return trigger_client_event(response, "inbox:gone", gone)


def _refused(
    request: HttpRequest,
    handoff: Handoff,
    *,
    error: str = "",
    form: DeclineForm | None = None,
    status: int = 422,
) -> HttpResponse:
    """The buttons as they stand now, with what was wrong."""
    if not wants_partial(request):
        faults = form.errors.values() if form else []
        messages.error(request, error or " ".join(f[0] for f in faults))
        return redirect("sales:detail", handoff.pk)
    fresh = scope(request.user, Handoff, "read").select_related("contact", "assignee")
    handoff = fresh.filter(pk=handoff.pk).first() or handoff
    context = actions_context(request, handoff) | {"error": error}
    if form is not None:
        context |= {"decline_form": form, "declines": True}
    response = render(request, "sales/_handoff_actions.html", context, status=status)
    if error and not request.htmx.target:
        # Asked from a row, which has no place for it.
        toast = {"text": error, "level": "error"}
        trigger_client_event(response, "toast", toast)
    return response
