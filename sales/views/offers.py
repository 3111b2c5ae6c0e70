"""Offers of a deal, and its needs analysis."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import scope
from campaigns.wording import reason_text
from leadhub.errors import DomainError
from sales.models import Deal, Offer, OfferLine
from sales.offer_files import pdf_answer
from sales.offer_fonts import LettersMissing
from sales.offer_forms import LineFormSet, NeedsForm, OfferForm
from sales.offer_pdf import check_letters
from sales.selectors.needs import needs_of
from sales.services.needs import answer_questions
from sales.services.offers import (
    FIELDS,
    accept_offer,
    decline_offer,
    delete_offer,
    save_offer,
    send_offer,
)
from sales.views.deal import deal_page


@login_required
@require_POST
def offer_new(request: HttpRequest, deal_id: int) -> HttpResponse:
    """Begin a draft."""
    deal = get_object_or_404(scope(request.user, Deal, "update"), pk=deal_id)
    try:
        offer = save_offer(deal=deal, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("sales:deal", deal.pk)
    return redirect("sales:offer", offer.pk)


@login_required
@require_http_methods(["GET", "POST"])
def offer_page(request: HttpRequest, offer_id: int) -> HttpResponse:
    """A draft to write on; what was sent to read."""
    writes = request.method == "POST"
    offer = _offer(request, offer_id, "update" if writes else "read")
    lines = list(offer.lines.order_by("position"))
    initial = {name: getattr(offer, name) for name in FIELDS}
    form = OfferForm(request.POST or None, initial=initial)
    rows = LineFormSet(
        request.POST or None,
        prefix="lines",
        initial=[_typed(line) for line in lines],
    )
    if writes and form.is_valid() and rows.is_valid():
        written = [line for row in rows if (line := row.line())]
        try:
            save_offer(
                deal=offer.deal,
                offer=offer,
                by=request.user,
                at=timezone.now(),
                lines=written,
                **form.cleaned_data,
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("sales:offer", offer.pk)
    may_change = scope(request.user, Offer, "update").filter(pk=offer.pk).exists()
    is_over, mail = offer.is_over(on=timezone.localdate()), offer.mail
    waits = offer.status in {Offer.Status.DRAFT, Offer.Status.SENT}
    context = {
        "offer": offer,
        "deal": offer.deal,
        "lines": lines,
        "form": form,
        "rows": rows,
        "may_change": may_change,
        "is_over": is_over,
        "missing": _missing(offer, lines),
        "may_mail": may_change and offer.deal.is_open and waits and not is_over,
        "mail_reason": reason_text(mail.reason, mail.detail) if mail else "",
    }
    status = 422 if writes else 200
    return render(request, "sales/offer.html", context, status=status)


@login_required
@require_GET
def offer_pdf(request: HttpRequest, offer_id: int) -> HttpResponse:
    offer = _offer(request, offer_id, "read")
    try:
        return pdf_answer(offer)
    except LettersMissing as refusal:
        messages.error(request, str(refusal))
        return redirect("sales:offer", offer.pk)


@login_required
@require_POST
def offer_send(request: HttpRequest, offer_id: int) -> HttpResponse:
    said = _("The offer has its number and is frozen. Download it and hand it over.")
    return _acted(request, offer_id, send_offer, said=said)


@login_required
@require_POST
def offer_accept(request: HttpRequest, offer_id: int) -> HttpResponse:
    said = _("Accepted. The deal is worth what was offered.")
    return _acted(request, offer_id, accept_offer, said=said)


@login_required
@require_POST
def offer_decline(request: HttpRequest, offer_id: int) -> HttpResponse:
    return _acted(request, offer_id, decline_offer, said=_("Declined."))


@login_required
@require_POST
def offer_delete(request: HttpRequest, offer_id: int) -> HttpResponse:
    offer = _offer(request, offer_id, "update")
    try:
        delete_offer(offer=offer)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("sales:offer", offer.pk)
    return redirect("sales:deal", offer.deal_id)


@login_required
@require_POST
def deal_needs(request: HttpRequest, deal_id: int) -> HttpResponse:
    """Keep what was answered so far."""
    rows = scope(request.user, Deal, "update").select_related(
        "contact__company", "company", "owner", "team", "handoff__assignee"
    )
    deal = get_object_or_404(rows, pk=deal_id)
    form = NeedsForm(request.POST, needs=needs_of(deal))
    if form.is_valid():
        try:
            answer_questions(
                deal=deal, answers=form.answers(), by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Noted."))
            return redirect("sales:deal", deal.pk)
    return deal_page(request, deal, status=422, needs_form=form)


def _acted(
    request: HttpRequest, offer_id: int, act: Callable[..., Offer], *, said: str
) -> HttpResponse:
    offer = _offer(request, offer_id, "update")
    try:
        act(offer=offer, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect("sales:offer", offer.pk)


def _offer(request: HttpRequest, offer_id: int, action: str) -> Offer:
    rows = scope(request.user, Offer, action).select_related(
        "deal__contact__company", "deal__company", "mail"
    )
    return get_object_or_404(rows, pk=offer_id)


def _missing(offer: Offer, lines: Sequence[OfferLine]) -> str:
    """What the draft says that cannot be printed; "" if all can."""
    if offer.is_draft:
        try:
            check_letters(offer, lines=lines)
        except LettersMissing as refusal:
            return str(refusal)
    return ""


def _typed(line: Any) -> dict[str, Any]:
    """Without zeros that nobody has typed."""
    return {
        "text": line.text,
        "quantity": f"{line.quantity.normalize():f}",
        "unit_price": line.unit_price,
        "discount": f"{line.discount.normalize():f}" if line.discount else "",
    }
