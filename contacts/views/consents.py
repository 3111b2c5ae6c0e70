"""Permissions of a contact with their proof, and addresses not to be written to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from accounts.models import User
from accounts.permissions import scope
from contacts.consent_forms import ConsentForm, SuppressionForm
from contacts.models import Consent, Contact, DataRequest, Suppression
from contacts.selectors import current_consents
from contacts.services.consents import lift_suppression, suppress_address
from contacts.services.data_requests import finish_data_request
from contacts.services.reported_consents import report_consent
from contacts.sources import readable_sources
from contacts.wording import proof_lines
from leadhub.errors import DomainError
from leadhub.keyset import BadCursor, page_of
from leadhub.web import wants_partial

PAGE_SIZE = 50


@login_required
@require_http_methods(["GET", "POST"])
def contact_consents(request: HttpRequest, contact_id: int) -> HttpResponse:
    """The panel; a POST records what the contact has said to a colleague."""
    contact = get_object_or_404(scope(request.user, Contact, "read"), pk=contact_id)
    if request.method == "GET":
        return _panel(request, contact)
    if not scope(request.user, Contact, "update").filter(pk=contact.pk).exists():
        raise PermissionDenied
    form = ConsentForm(request.POST)
    if form.is_valid():
        values = form.cleaned_data
        try:
            report_consent(
                contact=contact,
                purpose=values["purpose"],
                granted=values["answer"] == "yes",
                how=values["how"],
                text=values["text"],
                by=request.user,
                source="browser",
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_refusal(refusal)
    if form.errors:
        return _panel(request, contact, form=form, status=422)
    if not wants_partial(request):
        messages.success(request, _("Saved."))
        return redirect("contacts:detail", contact.pk)
    response = _panel(request, contact, said=_("Saved."))
    return trigger_client_event(response, "contact:changed", {})


@login_required
@require_POST
def answer_data_request(request: HttpRequest, request_id: int) -> HttpResponse:
    rows = scope(request.user, DataRequest, "update")
    found = get_object_or_404(rows, pk=request_id)
    finish_data_request(request_pk=found.pk, by=request.user, at=timezone.now())
    messages.success(request, _("Noted as answered."))
    return redirect("contacts:detail", found.contact_id)


@login_required
@require_http_methods(["GET", "POST"])
def suppression_list(request: HttpRequest) -> HttpResponse:
    """Who gets no mail. An address is found by its digest: the list has no others."""
    may_write = request.user.runs_marketing
    form = SuppressionForm(request.POST or None)
    if request.method == "POST":
        if not may_write:
            raise PermissionDenied
        if form.is_valid():
            suppress_address(
                **form.cleaned_data,
                reason=Suppression.Reason.BY_HAND,
                source="browser",
                by=request.user,
                at=timezone.now(),
            )
            messages.success(request, _("This address gets no more mails."))
            return redirect("contacts:suppressions")
    address = request.GET.get("address", "").strip()[:254]
    rows = scope(request.user, Suppression, "read")
    if address:
        rows = rows.of_address(address.replace("\0", ""))
    try:
        page = page_of(
            rows.select_related("contact", "by", "lifted_by"),
            ordering=("-at", "-id"),
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor:
        return redirect("contacts:suppressions")
    context = {
        "page": page,
        "address": address,
        "form": form,
        "may_write": may_write,
        "now": timezone.now(),
    }
    status = 422 if form.errors else 200
    return render(request, "contacts/suppressions.html", context, status=status)


@login_required
@require_POST
def lift(request: HttpRequest, suppression_id: int) -> HttpResponse:
    rows = scope(request.user, Suppression, "update")
    row = get_object_or_404(rows, pk=suppression_id)
    try:
        lift_suppression(
            suppression=row,
            by=request.user,
            reason=request.POST.get("reason", ""),
            at=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Lifted. It stands in the list with your reason."))
    return redirect("contacts:suppressions")


@login_required
@require_GET
def consent_history(request: HttpRequest, contact_id: int) -> HttpResponse:
    """All that the contact ever permitted and withdrew, each with its proof."""
    contact = get_object_or_404(scope(request.user, Contact, "read"), pk=contact_id)
    rows = contact.consents.order_by("-at", "-pk")[:500]
    context = {"contact": contact, "lines": _lines(rows, by=request.user)}
    return render(request, "contacts/consent_history.html", context)


def _panel(
    request: HttpRequest,
    contact: Contact,
    *,
    form: ConsentForm | None = None,
    said: str = "",
    status: int = 200,
) -> HttpResponse:
    user = request.user
    requests = contact.data_requests.filter(done_at=None).order_by("at", "pk")
    context = {
        "contact": contact,
        "lines": _lines(current_consents(contact), by=user),
        "requests": requests,
        "form": form or ConsentForm(),
        "said": said,
        "may_edit": scope(user, Contact, "update").filter(pk=contact.pk).exists(),
        "may_answer": user.is_administrator,
    }
    return render(request, "contacts/_consents.html", context, status=status)


def _lines(rows: Iterable[Consent], *, by: User) -> list[dict[str, Any]]:
    rows = list(rows)
    sources = readable_sources((row.source for row in rows), by=by)
    return [
        {
            "consent": row,
            "source": sources[row.source],
            "proof": proof_lines(row.proof),
        }
        for row in rows
    ]
