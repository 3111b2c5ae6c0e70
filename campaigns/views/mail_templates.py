"""Mails to be filled in: the list, the editor and what comes of it for a contact."""

from __future__ import annotations

from secrets import token_urlsafe
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import scope
from campaigns.mail_forms import MailTemplateForm
from campaigns.models.mail_template import MailTemplate
from campaigns.rendering.mails import Draft
from campaigns.selectors.values import names_to_fill_in
from campaigns.services.templates import (
    archive_template,
    restore_template,
    save_template,
)
from campaigns.services.trying import preview_mail, send_test_mail
from campaigns.views.framing import harmless
from contacts.models import Contact
from leadhub.errors import DomainError
from leadhub.keyset import BadCursor, page_of

PAGE_SIZE = 50
PREVIEW_SECONDS = 600


@login_required
@require_GET
def template_list(request: HttpRequest) -> HttpResponse:
    rows = scope(request.user, MailTemplate, "read")
    archived = request.GET.get("archived") == "yes"
    rows = rows.exclude(archived_at=None) if archived else rows.in_use()
    try:
        page = page_of(
            rows.select_related("updated_by").defer("body"),
            ordering=("-updated_at", "-id"),
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor as error:
        raise Http404 from error
    context = {
        "page": page,
        "archived": archived,
        "may_write": request.user.runs_marketing,
    }
    return render(request, "campaigns/mail_templates.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def template_edit(request: HttpRequest, template_id: int | None = None) -> HttpResponse:
    template = _to_change(request, template_id) if template_id else MailTemplate()
    if not request.user.runs_marketing:
        raise PermissionDenied
    form = MailTemplateForm(request.POST or None, template=template)
    if request.method == "POST" and form.is_valid():
        try:
            saved = save_template(
                template=template,
                by=request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
        except DomainError as refusal:
            if refusal.code == "name_taken":
                form.add_error("name", str(refusal))
            else:
                form.add_refusal(refusal)
        else:
            messages.success(request, _("Template saved."))
            return redirect("campaigns:mail_template", saved.pk)
    context = {
        "form": form,
        "template": template if template.pk else None,
        "names": names_to_fill_in(),
        "contact": _example(request),
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/mail_template.html", context, status=status)


@login_required
@require_POST
def template_preview(request: HttpRequest) -> HttpResponse:
    """The fragment that shows what is in the editor as a contact would get it."""
    if not request.user.runs_marketing:
        raise PermissionDenied
    context = preview_of(
        request, _draft(request), language=request.POST.get("language", "en")[:5]
    )
    return render(request, "campaigns/_mail_preview.html", context)


def preview_of(request: HttpRequest, draft: Draft, *, language: str) -> dict[str, Any]:
    """What ``_mail_preview.html`` shows of a mail, for the contact that was chosen."""
    contact = _example(request)
    context: dict[str, Any] = {"contact": contact}
    if contact is None or not (draft.subject or draft.body):
        return context
    try:
        context["preview"] = preview = preview_mail(
            draft=draft, contact=contact, language=language, by=request.user
        )
    except DomainError as refusal:
        context["refusal"] = str(refusal)
    else:
        token = token_urlsafe(16)
        cache.set(_key(request, token), preview.rendered.html, PREVIEW_SECONDS)
        context["token"] = token
    return context


@login_required
@require_GET
@harmless
def preview_html(request: HttpRequest, token: str) -> HttpResponse:
    """What the preview was just made of; for ten minutes, for who made it."""
    html = cache.get(_key(request, token))
    if html is None:
        raise Http404
    return HttpResponse(html)


@login_required
@require_POST
def template_test(request: HttpRequest, template_id: int) -> HttpResponse:
    """Send the stored template to whoever asks, as the chosen contact would get it."""
    template = _to_change(request, template_id)
    contact = _example(request)
    if contact is None:
        messages.error(request, _("There is no such contact."))
        return redirect("campaigns:mail_template", template_id)
    try:
        send_test_mail(
            draft=Draft(template.subject, template.body, template.preheader),
            contact=contact,
            language=template.language,
            to=request.user,
            at=timezone.now(),
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("A test was sent to %(address)s.") % {"address": request.user.email}
        messages.success(request, done)
    return redirect("campaigns:mail_template", template_id)


@login_required
@require_POST
def template_archive(request: HttpRequest, template_id: int) -> HttpResponse:
    template = _to_change(request, template_id)
    if template.archived_at is None:
        archive_template(template=template, at=timezone.now())
        messages.success(request, _("%(name)s was put away.") % {"name": template})
    else:
        restore_template(template=template)
        messages.success(request, _("%(name)s is offered again.") % {"name": template})
    return redirect("campaigns:mail_templates")


def _to_change(request: HttpRequest, template_id: int) -> MailTemplate:
    rows = scope(request.user, MailTemplate, "read")
    template = get_object_or_404(rows, pk=template_id)
    if not scope(request.user, MailTemplate, "update").filter(pk=template_id).exists():
        raise PermissionDenied
    return template


def _example(request: HttpRequest) -> Contact | None:
    """The contact that was chosen by address; else the one last changed."""
    given = request.POST if request.method == "POST" else request.GET
    rows = scope(request.user, Contact, "read").select_related("company", "owner")
    address = given.get("contact", "").strip().replace("\0", "")
    if address:
        return rows.filter(email_key=Contact.key_of(address)).first()
    with_address = rows.exclude(email_key=None)
    return with_address.order_by("-updated_at", "-pk").first()


def _draft(request: HttpRequest) -> Draft:
    given = request.POST
    return Draft(
        subject=given.get("subject", "")[:1000],
        body=given.get("body", ""),
        preheader=given.get("preheader", "")[:1000],
    )


def _key(request: HttpRequest, token: str) -> str:
    return f"mail-preview:{request.user.pk}:{token}"
