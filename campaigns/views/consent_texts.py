"""The texts that a form asks to agree to, with all their versions."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import scope
from campaigns.consent_forms import ConsentTextForm
from campaigns.models import ConsentText, Form
from campaigns.services.consent_texts import end_consent_text, save_consent_text
from contacts.models import Consent
from leadhub.errors import DomainError


@login_required
@require_http_methods(["GET", "POST"])
def text_list(request: HttpRequest, form_id: int) -> HttpResponse:
    """``?text=`` puts one into the form, to write its next version."""
    form = get_object_or_404(scope(request.user, Form, "read"), pk=form_id)
    texts = list(
        scope(request.user, ConsentText, "read")
        .filter(form=form)
        .select_related("by")
        .order_by("position", "name", "language", "-version")
    )
    editor = ConsentTextForm(request.POST or None, initial=_initial(request, texts))
    if request.method == "POST":
        if not request.user.runs_marketing:
            raise PermissionDenied
        if editor.is_valid():
            values = editor.cleaned_data
            values["position"] = values["position"] or 0
            try:
                saved = save_consent_text(
                    form=form, **values, by=request.user, at=timezone.now()
                )
            except DomainError as refusal:
                editor.add_refusal(refusal)
            else:
                said = _("The form shows version %(number)s from now on.")
                messages.success(request, said % {"number": saved.version})
                return redirect("campaigns:consent_texts", form.pk)
    labels = dict(Consent.Purpose.choices)
    context = {
        "form_row": form,
        "texts": [
            {"text": text, "purposes": [labels[each] for each in text.purposes]}
            for text in texts
        ],
        "form": editor,
        "may_write": request.user.runs_marketing,
    }
    status = 422 if editor.errors else 200
    return render(request, "campaigns/consent_texts.html", context, status=status)


@login_required
@require_POST
def end_text(request: HttpRequest, text_id: int) -> HttpResponse:
    text = get_object_or_404(scope(request.user, ConsentText, "update"), pk=text_id)
    end_consent_text(text=text, at=timezone.now())
    messages.success(request, _("The form asks for this no more."))
    return redirect("campaigns:consent_texts", text.form_id)


def _initial(request: HttpRequest, texts: list[ConsentText]) -> dict[str, Any]:
    wanted = request.GET.get("text", "")
    for text in texts:
        if str(text.pk) == wanted:
            names = ("name", "language", "text", "purposes", "is_required", "position")
            return {name: getattr(text, name) for name in names}
    return {"language": "en", "position": 0}
