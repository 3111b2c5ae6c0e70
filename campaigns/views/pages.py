"""What we offer, with what came of it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.html import format_html
from django.views.decorators.http import require_GET

from accounts.permissions import scope
from campaigns.fields import fields_of
from campaigns.models import Form, FormSubmission, LandingPage
from campaigns.selectors.numbers import numbers_of_forms, numbers_of_pages
from leadhub.keyset import BadCursor, page_of

PAGE_SIZE = 50
PAGES_SHOWN = 200


@login_required
@require_GET
def page_list(request: HttpRequest) -> HttpResponse:
    """Landing pages and forms; the newest first, as many as anybody reads."""
    pages = scope(request.user, LandingPage, "read").select_related("form")
    pages = list(pages.order_by("-created_at", "-pk")[:PAGES_SHOWN])
    forms = scope(request.user, Form, "read").order_by("-created_at", "-pk")
    forms = list(forms[:PAGES_SHOWN])
    of_pages, of_forms = numbers_of_pages(pages), numbers_of_forms(forms)
    context = {
        "pages": [{"page": page, "numbers": of_pages[page.pk]} for page in pages],
        "forms": [{"form": form, "numbers": of_forms[form.pk]} for form in forms],
    }
    return render(request, "campaigns/list.html", context)


@login_required
@require_GET
def form_detail(request: HttpRequest, form_id: int) -> HttpResponse:
    """What was sent with a form, newest first; machines only if asked for."""
    form = get_object_or_404(scope(request.user, Form, "read"), pk=form_id)
    shows_machines = request.GET.get("show") == "machines"
    rows = scope(request.user, FormSubmission, "read").filter(form=form)
    rows = rows.exclude(machine_reason="") if shows_machines else rows.by_people()
    try:
        page = page_of(
            rows.select_related("contact", "page"),
            ordering=["-at", "-id"],
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor:
        return redirect("campaigns:form_detail", form.pk)
    labels = {field.name: field.label for field in fields_of(form)}
    context = {
        "form": form,
        "numbers": numbers_of_forms([form])[form.pk],
        "embed_code": embed_code(form),
        "lines": [
            {
                "sent": sent,
                "values": [
                    (labels.get(name, name), value)
                    for name, value in sent.values.items()
                ],
            }
            for sent in page.rows
        ],
        "page": page,
        "shows_machines": shows_machines,
    }
    return render(request, "campaigns/form_detail.html", context)


def embed_code(form: Form) -> str:
    """Two lines for another site: the form in a frame, and the snippet."""
    # Both as text: the page that shows them escapes them once more.
    frame = format_html(
        '<iframe src="{}" title="{}" width="100%" height="720"></iframe>',
        form.public_url,
        form.name,
    )
    script = f'<script src="{settings.SITE_URL}/t/leadhub.js" async></script>'
    return f"{frame!s}\n{script}"
