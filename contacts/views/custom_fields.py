"""The page of the settings on which a company adds fields to its contacts."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts.permissions import scope
from contacts.models.custom_field import CustomField
from contacts.segment_forms import CustomFieldForm
from contacts.services.custom_fields import (
    create_custom_field,
    delete_custom_field,
    update_custom_field,
)
from leadhub.errors import DomainError


@login_required
@require_GET
def custom_field_list(request: HttpRequest) -> HttpResponse:
    context = {
        "fields": scope(request.user, CustomField, "read").order_by("label", "pk"),
        "may_write": request.user.runs_marketing,
        "tab": "custom_fields",
    }
    return render(request, "contacts/custom_field_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def custom_field_create(request: HttpRequest) -> HttpResponse:
    if not request.user.runs_marketing:
        raise PermissionDenied
    return _editor(request, None)


@login_required
@require_http_methods(["GET", "POST"])
def custom_field_edit(request: HttpRequest, field_id: int) -> HttpResponse:
    return _editor(request, _to_change(request, field_id))


@login_required
@require_POST
def custom_field_delete(request: HttpRequest, field_id: int) -> HttpResponse:
    field = _to_change(request, field_id)
    try:
        delete_custom_field(field=field, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("contacts:edit_custom_field", field_id)
    messages.success(request, _("%(name)s was deleted.") % {"name": field})
    return redirect("contacts:custom_fields")


def _editor(request: HttpRequest, field: CustomField | None) -> HttpResponse:
    form = CustomFieldForm(request.POST or None, field=field)
    if request.method == "POST" and form.is_valid():
        data, by, now = form.cleaned_data, request.user, timezone.now()
        try:
            if field is None:
                create_custom_field(data=data, by=by, at=now)
            else:
                update_custom_field(field=field, data=data, by=by, at=now)
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Field saved."))
            return redirect("contacts:custom_fields")
    context = {"form": form, "field": field, "tab": "custom_fields"}
    status = 422 if form.errors else 200
    return render(request, "contacts/custom_field_edit.html", context, status=status)


def _to_change(request: HttpRequest, field_id: int) -> CustomField:
    field = get_object_or_404(scope(request.user, CustomField, "read"), pk=field_id)
    if not scope(request.user, CustomField, "update").filter(pk=field_id).exists():
        raise PermissionDenied
    return field
