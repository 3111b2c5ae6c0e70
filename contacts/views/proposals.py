"""Deciding on what somebody typed for a contact."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import scope
from contacts.models import Contact, Proposal
from contacts.services.proposals import accept_proposal, dismiss_proposal
from leadhub.errors import DomainError


@login_required
@require_POST
def accept(request: HttpRequest, proposal_id: int) -> HttpResponse:
    said = _("Taken over. Under Changes it stands with your name.")
    return _decide(request, proposal_id, accept_proposal, said=said)


@login_required
@require_POST
def dismiss(request: HttpRequest, proposal_id: int) -> HttpResponse:
    said = _("Dismissed. The contact stays as it is.")
    return _decide(request, proposal_id, dismiss_proposal, said=said)


def _decide(
    request: HttpRequest, proposal_id: int, verb: Callable[..., Contact], *, said: str
) -> HttpResponse:
    rows = scope(request.user, Proposal, "update")
    proposal = get_object_or_404(rows, pk=proposal_id)
    try:
        verb(proposal=proposal, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("contacts:detail", proposal.contact_id)
