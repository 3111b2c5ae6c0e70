"""Sending an offer as one's own mail. It cannot be undone, so a page asks."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import scope
from contacts.gate import Channel, Purpose, Touch, reasons_against
from leadhub.errors import DomainError
from sales.mail_forms import WordsForm
from sales.models import Offer
from sales.offer_words import words_for_offer
from sales.services.offer_mails import mail_offer


@login_required
@require_http_methods(["GET", "POST"])
def offer_mail(request: HttpRequest, offer_id: int) -> HttpResponse:
    rows = scope(request.user, Offer, "update").select_related(
        "deal__contact__company", "mail"
    )
    offer, now = get_object_or_404(rows, pk=offer_id), timezone.now()
    words = words_for_offer(offer, by=request.user)
    form = WordsForm(
        request.POST if request.method == "POST" else None,
        initial={"subject": words.subject, "body": words.body},
    )
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        try:
            mail_offer(
                offer=offer,
                subject=asked["subject"],
                text=asked["body"],
                action=asked["action"],
                by=request.user,
                at=now,
            )
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("The offer is on its way."))
            return redirect("sales:offer", offer.pk)
    contact = offer.deal.contact
    touch = Touch(contact, Channel.EMAIL, Purpose.PERSONAL, at=now, by=request.user)
    context = {
        "offer": offer,
        "contact": contact,
        "form": form,
        "against": reasons_against(touch),
    }
    status = 422 if form.errors else 200
    return render(request, "sales/offer_mail.html", context, status=status)
