"""What everybody can open: landing pages and forms. No sign-in, no session."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.evidence import evidence_of
from campaigns.fields import fields_of
from campaigns.models import Form, LandingPage
from campaigns.services.consent_texts import texts_of
from campaigns.services.submissions import (
    CONSENT,
    BadSubmission,
    FormExpired,
    Origin,
    new_token,
    submit_form,
)
from campaigns.services.visits import count_visit
from campaigns.text_blocks import blocks_of
from journeys.beacon import BadBeacon, read_address, tidy
from journeys.limits import Limiter
from journeys.senders import Sender, network_of, sender_of, visitor_of

TRAP = "website"  # a field that people do not see
MINUTE = 60
sendings = Limiter(seconds=MINUTE)
# No cookie of ours says who somebody is, so there is nothing to forge: a form carries a
# signed token of its own, and may stand on other sites.
may_be_framed = csp_replace({"frame-ancestors": ["*"]})


@dataclass
class Answer:
    """What came of a sending: it was taken, or what is to be shown with the form."""

    is_taken: bool = False
    status: int = 200
    faults: dict[str, str] = field(default_factory=dict)
    values: dict[str, str] = field(default_factory=dict)
    agrees: bool = False
    # Name of a text -> the version that was agreed to.
    consents: dict[str, str] = field(default_factory=dict)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def landing_page(request: HttpRequest, slug: str) -> HttpResponse:
    page = _page(slug)
    form = page.form if page.form and page.form.is_published else None
    answer = Answer()
    with translation.override(page.language):
        if request.method == "POST" and form is not None:
            answer = _take(request, form, page=page)
            if answer.is_taken:
                return redirect("campaigns:page_thanks", page.slug)
        elif request.method == "GET":
            now = timezone.now()
            is_machine = bool(sender_of(request, at=now).machine_reason)
            count_visit(page=page, is_machine=is_machine, at=now)
        context = {**_page_context(page), "form": form}
        if form is not None:
            here = f"{settings.SITE_URL}{request.get_full_path()}"
            context |= _form_context(request, form, answer, url=here)
        return _shown(request, "campaigns/landing_page.html", context, answer)


@require_safe
def page_thanks(request: HttpRequest, slug: str) -> HttpResponse:
    page = _page(slug)
    with translation.override(page.language):
        context = {**_page_context(page), "form": page.form}
        return render(request, "campaigns/thanks.html", context)


@csrf_exempt
@xframe_options_exempt
@may_be_framed
@require_http_methods(["GET", "HEAD", "POST"])
def form_page(request: HttpRequest, slug: str) -> HttpResponse:
    form = get_object_or_404(Form.objects.published(), slug=slug)
    answer = Answer()
    with translation.override(form.language):
        if request.method == "POST":
            answer = _take(request, form)
            if answer.is_taken:
                return redirect("campaigns:form_thanks", form.slug)
        # The site that shows it in a frame.
        above = request.headers.get("Referer", "")
        context = _form_context(request, form, answer, url=above)
        context |= {"page_language": form.language, "is_framed": True}
        return _shown(request, "campaigns/form_page.html", context, answer)


@xframe_options_exempt
@may_be_framed
@require_safe
def form_thanks(request: HttpRequest, slug: str) -> HttpResponse:
    form = get_object_or_404(Form.objects.published(), slug=slug)
    with translation.override(form.language):
        context = {"form": form, "page_language": form.language, "is_framed": True}
        return render(request, "campaigns/thanks.html", context)


def _page(slug: str) -> LandingPage:
    published = LandingPage.objects.published().select_related("form")
    return get_object_or_404(published, slug=slug)


def _page_context(page: LandingPage) -> dict[str, Any]:
    return {
        "page": page,
        "blocks": blocks_of(page.body),
        "about": blocks_of(page.about),
        "company": {"name": page.company},
        "page_language": page.language,
    }


def _take(request: HttpRequest, form: Form, page: LandingPage | None = None) -> Answer:
    """Hand what was sent to the verb, and say what came of it."""
    fields = fields_of(form)
    sent = request.POST
    values = {one.name: sent.get(one.name, "") for one in fields}
    answer = Answer(values=values, agrees=sent.get(CONSENT) == "yes")
    texts = {text.name: sent.get(text.field, "") for text in texts_of(form)}
    answer.consents = {name: version for name, version in texts.items() if version}
    limit = settings.FORMS_PER_MINUTE
    if not sendings.let_through(network_of(request), limit=limit):
        answer.status = 429
        answer.faults[""] = _(
            "Many forms come from your network just now. Nothing you have typed is "
            "lost: please send it again in a minute."
        )
        return answer
    names = [*values, CONSENT, "token"]
    repeated = [name for name in names if len(sent.getlist(name)) > 1]
    if repeated:
        sentence = _("This was sent more than once. Once is enough.")
        answer.status, answer.faults = 422, dict.fromkeys(repeated, sentence)
        return answer
    now = timezone.now()
    sender = sender_of(request, at=now)
    if sent.get(TRAP):
        sender = Sender(sender.network, sender.user_agent, "honeypot")
    try:
        submit_form(
            form=form,
            values=values,
            agrees=answer.agrees,
            token=sent.get("token", ""),
            origin=_origin(request, page),
            sender=sender,
            visitor=visitor_of(request),
            at=now,
            consents=answer.consents,
            evidence=evidence_of(request),
        )
    except BadSubmission as refusal:
        answer.status, answer.faults = 422, refusal.faults
    except FormExpired as refusal:
        answer.status, answer.faults = 422, {"": str(refusal)}
    else:
        answer.is_taken = True
    return answer


def _origin(request: HttpRequest, page: LandingPage | None) -> Origin:
    """As the form says where it stood: for numbers, not for safety."""
    try:
        url, utm = read_address(tidy(request.POST.get("page", ""), 8000))
    except BadBeacon:
        url, utm = (page.public_url if page else ""), {}
    referrer = tidy(request.POST.get("referrer", ""), 2000)
    return Origin(page=page, url=url, utm=utm, referrer=referrer)


def _form_context(
    request: HttpRequest, form: Form, answer: Answer, *, url: str
) -> dict[str, Any]:
    """What ``campaigns/_form.html`` takes; a form that was sent keeps its origin."""
    fields = fields_of(form)
    lines = [
        {
            "field": one,
            "value": answer.values.get(one.name, ""),
            "fault": answer.faults.get(one.name, ""),
        }
        for one in fields
    ]
    labels = {one.name: (one.id, one.label) for one in fields}
    labels[CONSENT] = ("field-consent", _("Consent"))
    texts = texts_of(form)
    labels |= {text.field: (f"field-{text.field}", _("Consent")) for text in texts}
    was_sent = request.method == "POST"
    referrer = request.headers.get("Referer", "")
    return {
        "form": form,
        "lines": lines,
        "summary": [
            (*labels.get(name, ("", "")), sentence)
            for name, sentence in answer.faults.items()
        ],
        "consent_fault": answer.faults.get(CONSENT, ""),
        "agrees": answer.agrees,
        "texts": [
            {
                "text": text,
                "is_ticked": answer.consents.get(text.name) == str(text.version),
                "fault": answer.faults.get(text.field, ""),
            }
            for text in texts
        ],
        "token": new_token(form),
        "origin": request.POST.get("page", "") if was_sent else url,
        "referrer": request.POST.get("referrer", "") if was_sent else referrer,
    }


def _shown(
    request: HttpRequest, template: str, context: dict[str, Any], answer: Answer
) -> HttpResponse:
    response = render(request, template, context, status=answer.status)
    if answer.status == 429:
        response["Retry-After"] = str(MINUTE)
    return response
