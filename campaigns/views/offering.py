"""Sending a content to one contact: the rep's own link, and a mail with it."""

from __future__ import annotations

from secrets import token_hex

import qrcode
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.permissions import scope
from campaigns.models import Content
from campaigns.selectors.contents import latest_in_use, link_of_rep, where_offered
from campaigns.services.offering import link_to_content, send_content
from contacts.forms import VerbForm
from contacts.gate import Channel, Purpose, Touch, reasons_against
from contacts.models import Contact
from journeys.services.links import public_url
from leadhub.errors import DomainError


class ComposerForm(VerbForm):
    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    body = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy(
            "Markdown. {{ content_url }} is your link; it stands at the end where the "
            "text does not have it."
        ),
    )
    action = forms.RegexField(r"^[0-9a-f]{16}$", widget=forms.HiddenInput)


@login_required
@require_http_methods(["GET", "POST"])
def contact_content(request: HttpRequest, contact_id: int) -> HttpResponse:
    """``?content=`` is the one that was chosen. POST chooses; with a mail, sends it."""
    contact = get_object_or_404(scope(request.user, Contact, "update"), pk=contact_id)
    if not request.user.may_write:
        raise PermissionDenied
    now = timezone.now()
    contents = latest_in_use(scope(request.user, Content, "read"))
    offered = where_offered(contents)
    given = request.POST if request.method == "POST" else request.GET
    chosen = given.get("content", "")
    content = next((each for each in contents if str(each.pk) == chosen), None)
    context = {
        "contact": contact,
        "contents": [each for each in contents if each.pk in offered],
        "content": content,
    }
    status = 200
    is_offered = content is not None and content.pk in offered
    if request.method == "POST" and "action" not in request.POST:
        if not is_offered:
            return redirect("campaigns:contact_content", contact.pk)
        link_to_content(content=content, rep=request.user, at=now)
        where = reverse("campaigns:contact_content", args=[contact.pk])
        return redirect(f"{where}?content={content.pk}")
    link = link_of_rep(content, request.user) if is_offered else None
    if link is not None:
        touch = Touch(contact, Channel.EMAIL, Purpose.PERSONAL, at=now, by=request.user)
        context |= {"url": public_url(link), "reasons": reasons_against(touch)}
        context["qr"] = qr_of(context["url"])
        form = ComposerForm(
            request.POST if request.method == "POST" else None,
            initial={
                "action": token_hex(8),
                "subject": content.title,
                "body": _words(contact),
            },
        )
        if request.method == "POST" and form.is_valid():
            try:
                send_content(
                    content=content,
                    contact=contact,
                    subject=form.cleaned_data["subject"],
                    text=form.cleaned_data["body"],
                    action=form.cleaned_data["action"],
                    by=request.user,
                    at=now,
                )
            except DomainError as refusal:
                form.add_refusal(refusal)
            else:
                messages.success(request, _("Your mail is on its way."))
                return redirect("contacts:detail", contact.pk)
        status = 422 if form.errors else 200
        context["form"] = form
    return render(request, "campaigns/send_content.html", context, status=status)


def qr_of(url: str) -> dict[str, object]:
    """What draws a QR code: the side of its square, and a path of its dark dots."""
    code = qrcode.QRCode(border=2)
    code.add_data(url)
    code.make(fit=True)
    dots = code.get_matrix()
    path = "".join(
        f"M{x} {y}h1v1h-1z"
        for y, row in enumerate(dots)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    return {"size": len(dots), "path": path}


def _words(contact: Contact) -> str:
    """How a mail may begin; the names are filled in when it is sent."""
    hello = _("Hello {{ full_name }},") if contact.full_name else _("Hello,")
    return "\n\n".join(
        (hello, _("I thought this might be of use to you:"), "{{ content_url }}")
    )
