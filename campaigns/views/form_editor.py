"""The editor of forms: questions, what they trade, and the code to embed them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import scope
from campaigns.content_forms import FormForm, fields_from, questions_of
from campaigns.models import Form
from campaigns.services.pages import delete_form, save_form
from leadhub.errors import DomainError


@login_required
@require_http_methods(["GET", "POST"])
def form_edit(request: HttpRequest, form_id: int | None = None) -> HttpResponse:
    if not request.user.runs_marketing:
        raise PermissionDenied
    row = Form(button=_("Send"))
    if form_id is not None:
        row = get_object_or_404(scope(request.user, Form, "update"), pk=form_id)
    editor = FormForm(request.POST or None, user=request.user, form=row)
    questions = questions_of(row, request.POST or None)
    if request.method == "POST" and editor.is_valid():
        for name, value in editor.cleaned_data.items():
            setattr(row, name, value)
        row.fields = fields_from(questions)
        try:
            save_form(form=row, by=request.user, at=timezone.now())
        except DomainError as refusal:
            if refusal.code == "slug_taken":
                editor.add_error("slug", str(refusal))
            else:
                editor.add_refusal(refusal)
        else:
            messages.success(request, _("Form saved."))
            return redirect("campaigns:form_detail", row.pk)
    context = {"form": editor, "row": row if form_id else None, "questions": questions}
    status = 422 if editor.errors else 200
    return render(request, "campaigns/form_edit.html", context, status=status)


@login_required
@require_POST
def form_delete(request: HttpRequest, form_id: int) -> HttpResponse:
    row = get_object_or_404(scope(request.user, Form, "delete"), pk=form_id)
    try:
        delete_form(form=row)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("campaigns:form_detail", form_id)
    messages.success(request, _("%(name)s was deleted.") % {"name": row})
    return redirect("campaigns:list")
