"""What everybody can open: landing pages and forms. No sign-in, no session."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.evidence import evidence_of
from campaigns.fields import fields_of
from campaigns.models import Form, FormSubmission, LandingPage
from campaigns.public_context import Answer, form_context, frame_context, page_context
from campaigns.services.consent_texts import texts_of
from campaigns.services.downloads import download_url
from campaigns.services.submissions import (
    BadSubmission,
    FormExpired,
    Origin,
    submit_form,
)
from campaigns.services.visits import count_visit
from campaigns.tokens import Door, read_token
from journeys.beacon import CLICK_PARAMETER, BadBeacon, read_address, tidy
from journeys.limits import Limiter
from journeys.senders import Sender, network_of, sender_of, visitor_of
from journeys.services.clicks import link_of_click

TRAP = "website"  # a field that people do not see
MINUTE = 60
sendings = Limiter(seconds=MINUTE)
# No cookie of ours says who somebody is, so there is nothing to forge: a form carries a
# signed token of its own, and may stand on other sites.
may_be_framed = csp_replace({"frame-ancestors": ["*"]})


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
                return _thanked("campaigns:page_thanks", page.slug, answer)
        elif request.method == "GET":
            now = timezone.now()
            is_machine = bool(sender_of(request, at=now).machine_reason)
            count_visit(page=page, is_machine=is_machine, at=now)
        context = {**page_context(page), "form": form}
        if form is not None:
            here = f"{settings.SITE_URL}{request.get_full_path()}"
            context |= _form_context(request, form, answer, url=here)
        return _shown(request, "campaigns/landing_page.html", context, answer)


@require_safe
def page_thanks(request: HttpRequest, slug: str) -> HttpResponse:
    page = _page(slug)
    with translation.override(page.language):
        context = {**page_context(page), **_thanks_context(request, page.form)}
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
                return _thanked("campaigns:form_thanks", form.slug, answer)
        # The site that shows it in a frame; the form itself if a link led to it.
        above = request.headers.get("Referer", "")
        if CLICK_PARAMETER in request.GET:
            above = f"{settings.SITE_URL}{request.get_full_path()}"
        context = _form_context(request, form, answer, url=above)
        context |= frame_context(form)
        return _shown(request, "campaigns/form_page.html", context, answer)


@xframe_options_exempt
@may_be_framed
@require_safe
def form_thanks(request: HttpRequest, slug: str) -> HttpResponse:
    form = get_object_or_404(Form.objects.published(), slug=slug)
    with translation.override(form.language):
        context = {**frame_context(form), **_thanks_context(request, form)}
        return render(request, "campaigns/thanks.html", context)


def _page(slug: str) -> LandingPage:
    published = LandingPage.objects.published().select_related("form__content")
    return get_object_or_404(published, slug=slug)


def _thanked(view: str, slug: str, answer: Answer) -> HttpResponse:
    """To the page that thanks, with the token of the download if there is one."""
    where = reverse(view, args=[slug])
    return redirect(f"{where}?d={answer.download}" if answer.download else where)


def _download(request: HttpRequest) -> dict[str, str]:
    """Where the download is, if the address of the page has a token of ours."""
    token = request.GET.get("d", "")
    if not read_token(Door.DOWNLOAD, token, at=timezone.now()).is_good:
        return {}
    return {"download_url": reverse("campaigns:download", args=[token])}


def _token_of(sent: FormSubmission) -> str:
    """By what was sent alone: nobody may see from it who was known already."""
    agreed = any(text["agreed"] and text["purposes"] for text in sent.consents)
    grant = getattr(sent, "grant", None)
    return "" if agreed or grant is None else download_url(grant).rpartition("/")[2]


def _thanks_context(request: HttpRequest, form: Form | None) -> dict[str, Any]:
    """The same for everybody: it must not tell who is known or has agreed before."""
    asks = form is not None and any(text.purposes for text in texts_of(form))
    return {"form": form, "asks_to_confirm": asks, **_download(request)}


def _take(request: HttpRequest, form: Form, page: LandingPage | None = None) -> Answer:
    """Hand what was sent to the verb, and say what came of it."""
    fields = fields_of(form)
    sent = request.POST
    values = {one.name: sent.get(one.name, "") for one in fields}
    answer = Answer(values=values)
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
    names = [*values, "token"]
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
        sent_form = submit_form(
            form=form,
            values=values,
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
        answer.is_taken, answer.download = True, _token_of(sent_form)
    return answer


def _origin(request: HttpRequest, page: LandingPage | None) -> Origin:
    """As the form says where it stood: for numbers, not for safety."""
    stood = tidy(request.POST.get("page", ""), 8000)
    link = None
    try:
        url, utm = read_address(stood)
        [click] = parse_qs(urlsplit(stood).query).get(CLICK_PARAMETER, [""])[:1]
        link = link_of_click(click=click) if click else None
    except BadBeacon:
        url, utm = (page.public_url if page else ""), {}
    referrer = tidy(request.POST.get("referrer", ""), 2000)
    return Origin(page=page, url=url, utm=utm, referrer=referrer, link=link)


def _form_context(
    request: HttpRequest, form: Form, answer: Answer, *, url: str
) -> dict[str, Any]:
    """A form that was sent keeps its origin."""
    referrer = request.headers.get("Referer", "")
    if request.method == "POST":
        url, referrer = (request.POST.get(key, "") for key in ("page", "referrer"))
    visitor = visitor_of(request) if form.asks_at_once else None
    return form_context(form, answer, visitor=visitor, origin=url, referrer=referrer)


def _shown(
    request: HttpRequest, template: str, context: dict[str, Any], answer: Answer
) -> HttpResponse:
    response = render(request, template, context, status=answer.status)
    if answer.status == 429:
        response["Retry-After"] = str(MINUTE)
    return response
