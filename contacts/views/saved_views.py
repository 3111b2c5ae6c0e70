"""Saving, sharing, pinning and forgetting views of the contact list."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.permissions import scope
from contacts.models.segment import SavedView
from contacts.services.saved_views import delete_view, save_view, update_view
from leadhub.errors import DomainError


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    query = request.POST.get("query", "")
    try:
        view = save_view(
            owner=request.user,
            name=request.POST.get("name", ""),
            query=query,
            at=timezone.now(),
            is_shared="is_shared" in request.POST,
            is_pinned="is_pinned" in request.POST,
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("contacts:list")
    messages.success(request, _("The view %(name)s was saved.") % {"name": view})
    return redirect(_list(view))


@login_required
@require_POST
def change(request: HttpRequest, view_id: int) -> HttpResponse:
    view = get_object_or_404(scope(request.user, SavedView, "update"), pk=view_id)
    names = ("name", "query", "is_shared", "is_pinned")
    data = {name: request.POST[name] for name in names if name in request.POST}
    for switch in ("is_shared", "is_pinned"):
        if switch in data:
            data[switch] = data[switch] == "yes"
    try:
        view = update_view(view=view, data=data)
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect(_list(view))


@login_required
@require_POST
def delete(request: HttpRequest, view_id: int) -> HttpResponse:
    view = get_object_or_404(scope(request.user, SavedView, "delete"), pk=view_id)
    delete_view(view=view)
    messages.success(request, _("The view %(name)s was deleted.") % {"name": view})
    return redirect("contacts:list")


def _list(view: SavedView) -> str:
    return f"{reverse('contacts:list')}?{view.query}"
