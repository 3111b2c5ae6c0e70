"""The state band of the contact page, and claiming a conversation in it."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.permissions import scope
from contacts.models import Contact
from contacts.services.touches import pause_touches
from leadhub.errors import DomainError
from leadhub.moments import coming_day_text
from leadhub.web import wants_partial
from sales.selectors.state import state_of
from sales.services.claims import claim_contact, release_contact

PAUSE = timedelta(days=7)


@login_required
@require_GET
def contact_state(request: HttpRequest, contact_id: int) -> HttpResponse:
    contact = get_object_or_404(scope(request.user, Contact, "read"), pk=contact_id)
    return _band(request, contact)


@login_required
@require_POST
def claim(request: HttpRequest, contact_id: int) -> HttpResponse:
    contact = get_object_or_404(scope(request.user, Contact, "update"), pk=contact_id)
    error = ""
    try:
        claim_contact(contact=contact, by=request.user, at=timezone.now())
    except DomainError as refusal:
        error = str(refusal)
    said = _("%(name)s is yours for four hours; nothing automated is sent.")
    return _answer(request, contact, said=said % {"name": contact}, error=error)


@login_required
@require_POST
def release(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Who called a colleague's contact has claimed it, and may end that."""
    contact = get_object_or_404(scope(request.user, Contact, "read"), pk=contact_id)
    error = ""
    try:
        release_contact(contact=contact, by=request.user, at=timezone.now())
    except DomainError as refusal:
        error = str(refusal)
    said = _("%(name)s may be contacted again.") % {"name": contact}
    return _answer(request, contact, said=said, error=error)


@login_required
@require_POST
def pause(request: HttpRequest, contact_id: int) -> HttpResponse:
    """No automated touch for a week; ``resume`` ends that."""
    contact = get_object_or_404(scope(request.user, Contact, "update"), pk=contact_id)
    now = timezone.now()
    ends = "resume" in request.POST
    until = None if ends else now + PAUSE
    pause_touches(contact=contact, until=until, by=request.user, at=now)
    said = _("Nothing automated is sent to %(name)s for a week.")
    if ends:
        said = _("%(name)s gets automated mails again.")
    return _answer(request, contact, said=said % {"name": contact}, error="")


def _answer(
    request: HttpRequest, contact: Contact, *, said: str, error: str
) -> HttpResponse:
    if wants_partial(request):
        status = 409 if error else 200
        return _band(request, contact, said=error or said, status=status)
    if error:
        messages.error(request, error)
    else:
        messages.success(request, said)
    return redirect("contacts:detail", contact.pk)


def _band(
    request: HttpRequest, contact: Contact, *, said: str = "", status: int = 200
) -> HttpResponse:
    now, user = timezone.now(), request.user
    state = state_of(contact, user=user, at=now)
    falls = state.score.falls_below_at
    is_theirs = scope(user, Contact, "update").filter(pk=contact.pk).exists()
    context = {
        "contact": contact,
        "state": state,
        "falls": coming_day_text(falls, now=now) if falls else "",
        "said": said,
        "may_pause": is_theirs,
        "may_claim": is_theirs and state.claim is None,
        "may_release": state.claim and (user.leads or state.claim.rep_id == user.pk),
    }
    return render(request, "sales/_contact_state.html", context, status=status)
