"""Contents: the list with their figures, and the editor."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import scope
from campaigns.content_forms import ContentForm
from campaigns.models import Content
from campaigns.selectors.contents import numbers_of_contents, where_offered
from campaigns.services.contents import (
    archive_content,
    restore_content,
    save_content,
)
from campaigns.services.uploads import store_upload
from leadhub.errors import DomainError
from leadhub.keyset import BadCursor, page_of

PAGE_SIZE = 50


@login_required
@require_GET
def content_list(request: HttpRequest) -> HttpResponse:
    archived = request.GET.get("archived") == "yes"
    rows = scope(request.user, Content, "read")
    rows = rows.exclude(archived_at=None) if archived else rows.in_use()
    try:
        page = page_of(
            rows.select_related("upload", "measure").prefetch_related("topics"),
            ordering=["-updated_at", "-id"],
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor:
        return redirect("campaigns:contents")
    numbers, offered = numbers_of_contents(page.rows), where_offered(page.rows)
    context = {
        "page": page,
        "lines": [
            {
                "content": content,
                "numbers": numbers[content.pk],
                "offered_at": offered.get(content.pk, ""),
            }
            for content in page.rows
        ],
        "archived": archived,
        "may_write": request.user.runs_marketing,
    }
    return render(request, "campaigns/contents.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def content_edit(request: HttpRequest, content_id: int | None = None) -> HttpResponse:
    if not request.user.runs_marketing:
        raise PermissionDenied
    content = None
    if content_id is not None:
        rows = scope(request.user, Content, "update").select_related("upload")
        content = get_object_or_404(rows, pk=content_id)
    form = ContentForm(
        request.POST or None,
        request.FILES or None,
        user=request.user,
        content=content,
    )
    if request.method == "POST" and form.is_valid():
        try:
            saved = _store(request, form, content or Content())
        except DomainError as refusal:
            if refusal.code == "slug_taken":
                form.add_error("slug", str(refusal))
            else:
                form.add_refusal(refusal)
        else:
            messages.success(request, _("%(title)s is saved.") % {"title": saved})
            return redirect("campaigns:contents")
    status = 422 if form.errors else 200
    context = {"form": form, "content": content}
    return render(request, "campaigns/content.html", context, status=status)


@login_required
@require_POST
def content_archive(request: HttpRequest, content_id: int) -> HttpResponse:
    content = get_object_or_404(scope(request.user, Content, "update"), pk=content_id)
    by, now = request.user, timezone.now()
    if content.archived_at is None:
        archive_content(content=content, by=by, at=now)
        messages.success(request, _("%(title)s was put away.") % {"title": content})
    else:
        restore_content(content=content, by=by, at=now)
        messages.success(request, _("%(title)s is offered again.") % {"title": content})
    return redirect("campaigns:contents")


@transaction.atomic
def _store(request: HttpRequest, form: ContentForm, content: Content) -> Content:
    values = dict(form.cleaned_data)
    file, now = values.pop("file"), timezone.now()
    if file is not None:
        upload = store_upload(file=file, name=file.name, by=request.user, at=now)
        values |= {"upload": upload}
        if content.url == values["url"]:
            values["url"] = ""
    elif values["url"] and values["url"] != content.url:
        values["upload"] = None
    return save_content(content=content, by=request.user, at=now, **values)
