"""What links in mails open: confirm, choose, unsubscribe. No sign-in, no session.

GET shows and changes nothing, so that programs may open every link of a mail; only a
POST decides. Whoever has the token may decide, and nobody else: it is not in a cookie
that another site could use, so there is nothing for a CSRF token to guard.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns.evidence import evidence_of
from campaigns.fields import fields_of
from campaigns.languages import language_for
from campaigns.models import AddressKey, OptIn
from campaigns.purposes import SENTENCES
from campaigns.selectors.showing import company_shown
from campaigns.services.choices import (
    choose,
    granted_purposes,
    pause,
    unsubscribe,
    withdraw_everything,
)
from campaigns.services.downloads import download_url
from campaigns.services.opt_ins import confirm_opt_in
from campaigns.tokens import Door, read_token
from contacts.models import Contact, DataRequest
from contacts.services.data_requests import ask_for_data
from contacts.services.touches import pause_touches
from journeys.senders import visitor_of

METHODS = ["GET", "HEAD", "POST"]


@csrf_exempt
@require_http_methods(METHODS)
def confirm_page(request: HttpRequest, token: str) -> HttpResponse:
    """Double opt-in. What was typed is shown, so that one sees what one confirms."""
    opt_in = _opt_in(token)
    if opt_in is None:
        return dead_end()
    now = timezone.now()
    was_confirmed = opt_in.confirmed_at is not None
    with translation.override(opt_in.language):
        if request.method == "POST":
            opt_in = confirm_opt_in(
                opt_in=opt_in,
                evidence=evidence_of(request),
                visitor=visitor_of(request),
                at=now,
            )
        form = opt_in.submission.form
        labels = {each.name: each.label for each in fields_of(form)}
        typed = opt_in.submission.values.items()
        context = {
            "form": form,
            "texts": [text["text"] for text in opt_in.texts if text["purposes"]],
            "typed": [(labels.get(name, name), value) for name, value in typed],
            "is_confirmed": opt_in.confirmed_at is not None,
            "was_confirmed": was_confirmed,
            **_download_of(opt_in, at=now),
        }
        return shown("campaigns/confirm.html", context)


@csrf_exempt
@require_http_methods(METHODS)
def unsubscribe_page(request: HttpRequest, token: str) -> HttpResponse:
    """RFC 8058: whatever is posted, with or without a cookie, ends the mails."""
    address = _address(Door.UNSUBSCRIBE, token)
    if address is None:
        return dead_end()
    is_done = request.method == "POST"
    if is_done:
        unsubscribe(address=address, evidence=evidence_of(request), at=timezone.now())
    with translation.override(language_for(address.holder)):
        return shown("campaigns/unsubscribe.html", {"is_done": is_done})


@csrf_exempt
@require_http_methods(METHODS)
def preferences_page(request: HttpRequest, token: str) -> HttpResponse:
    address = _address(Door.PREFERENCES, token)
    contact = address.holder if address else None
    if contact is None:
        return dead_end()
    with translation.override(language_for(contact)):
        notice = ""
        if request.method == "POST":
            notice = _decided(request, contact)
        context = {**_switches(contact), "notice": notice}
        is_odd = request.method == "POST" and not notice
        return shown("campaigns/preferences.html", context, status=400 * is_odd or 200)


def dead_end() -> HttpResponse:
    """The same page for every token that does not work, whatever is wrong with it."""
    return shown("campaigns/dead_end.html", {}, status=404)


def shown(template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page without what a request would add: nobody is signed in here."""
    company = company_shown()
    context = {"company": company, "imprint": company.get("imprint", ""), **context}
    response = HttpResponse(render_to_string(template, context), status=status)
    # The address of the page lets whoever has it decide.
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex"
    return response


def _address(door: Door, token: str) -> AddressKey | None:
    """One look-up for every token, good or bad: they take the same time."""
    reading = read_token(door, token, at=timezone.now())
    rows = AddressKey.objects.select_related("contact").filter(key=reading.key)
    row = next(iter(rows), None)
    return row if reading.is_good else None


def _opt_in(token: str) -> OptIn | None:
    reading = read_token(Door.CONFIRM, token, at=timezone.now())
    rows = OptIn.objects.select_related("submission__form").filter(key=reading.key)
    row = next(iter(rows), None)
    return row if reading.is_good else None


def _download_of(opt_in: OptIn, *, at: datetime) -> dict[str, str]:
    """Where what the form trades is to be had, once it is confirmed."""
    grant = getattr(opt_in.submission, "grant", None)
    if opt_in.confirmed_at is None or grant is None or at >= grant.expires_at:
        return {}
    return {"download_url": download_url(grant), "content": grant.content.title}


def _decided(request: HttpRequest, contact: Contact) -> str:
    """Do what was asked for, and say so; "" if it was nothing that there is."""
    now, wish = timezone.now(), request.POST.get("do", "")
    evidence = evidence_of(request)
    if wish == "save":
        wanted = {purpose: request.POST.get(purpose) == "on" for purpose in SENTENCES}
        choose(contact=contact, decisions=wanted, evidence=evidence, at=now)
        return _("Saved. This holds from now on.")
    if wish == "stop":
        withdraw_everything(contact=contact, evidence=evidence, at=now)
        return _("All is switched off. You hear no more from us.")
    if wish == "pause":
        pause(contact=contact, at=now)
        return _("We leave you in peace for 30 days.")
    if wish == "resume":
        pause_touches(contact=contact, until=None, by=None, at=now)
        return _("The pause is over.")
    if wish in DataRequest.Kind.values:
        kind = DataRequest.Kind(wish)
        ask_for_data(contact=contact, kind=kind, source="preference center", at=now)
        return _("We have noted it, and answer you by mail within a month.")
    return ""


def _switches(contact: Contact) -> dict[str, Any]:
    """What there is to decide, and nothing else about the person."""
    now = timezone.now()
    granted = granted_purposes(contact)
    guard = getattr(contact, "touch_guard", None)
    paused_until = guard.paused_until if guard else None
    asked = contact.data_requests.filter(done_at=None).values_list("kind", flat=True)
    return {
        "switches": [
            {
                "name": purpose.value,
                "sentence": sentence,
                "is_on": granted.get(purpose, False),
            }
            for purpose, sentence in SENTENCES.items()
        ],
        "paused_until": paused_until if paused_until and paused_until > now else None,
        "asked_for": set(asked),
    }
