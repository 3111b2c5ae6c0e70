"""What everybody can open: landing pages and forms. No sign-in, no session."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone, translation
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from campaigns.models import Form, LandingPage
from campaigns.services.submissions import (
    BadSubmission,
    FormExpired,
    new_token,
    submit_form,
)
from campaigns.text_blocks import blocks_of


@require_safe
def landing_page(request: HttpRequest, slug: str) -> HttpResponse:
    published = LandingPage.objects.published().select_related("form")
    page = get_object_or_404(published, slug=slug)
    with translation.override(page.language):
        context = {"page": page, "blocks": blocks_of(page.body), **_fresh(page.form)}
        return render(request, "campaigns/landing_page.html", context)


# No cookie of ours is involved, so there is nothing to forge: the form carries a signed
# token of its own, and may stand on other sites.
@csrf_exempt
@xframe_options_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def form_page(request: HttpRequest, slug: str) -> HttpResponse:
    form = get_object_or_404(Form.objects.published(), slug=slug)
    if request.method != "POST":
        return render(request, "campaigns/form_page.html", _fresh(form))
    if request.POST.get("website"):  # a field people do not see
        return render(request, "campaigns/thanks.html", {"form": form})
    values = {
        field["name"]: request.POST.get(field["name"], "") for field in form.fields
    }
    faults = {}
    try:
        submit_form(
            form=form,
            values=values,
            agrees=request.POST.get("consent") == "yes",
            token=request.POST.get("token", ""),
            at=timezone.now(),
            url=request.POST.get("page", "")[:2000],
        )
    except BadSubmission as refusal:
        faults = refusal.faults
    except FormExpired as refusal:
        faults = {"": str(refusal)}
    else:
        return render(request, "campaigns/thanks.html", {"form": form})
    context = _fresh(form) | {"faults": faults, "values": values}
    return render(request, "campaigns/form_page.html", context, status=422)


def _fresh(form: Form | None) -> dict:
    return {"form": form, "token": new_token(form) if form else "", "values": {}}
