"""Boards for the wall: made and shown once, listed, revoked."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import scope
from insights.board_forms import BoardForm
from insights.models import WallBoard
from insights.services.boards import (
    BadBoard,
    create_board,
    renew_board,
    revoke_board,
)

SHOWN = 200
FIRST = ["new_contacts", "became_ready", "accepted", "win_rate"]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def boards(request: HttpRequest) -> HttpResponse:
    """All boards there are; a new one's address is shown in answer to making it."""
    if not request.user.leads:
        raise PermissionDenied
    form = _form(request, request.POST or None)
    if request.method == "POST" and form.is_valid():
        now, data = timezone.now(), dict(form.cleaned_data)
        days = data.pop("works_for")
        expires_at = now + timedelta(days=int(days)) if days else None
        try:
            _board, token = create_board(
                **data, expires_at=expires_at, by=request.user, at=now
            )
        except BadBoard as refusal:
            attr = refusal.attr if refusal.attr in form.fields else None
            form.add_error(attr, str(refusal))
        else:
            return _page(request, _form(request), token=token)
    return _page(request, form)


@login_required
@require_POST
def board_renew(request: HttpRequest, board_id: int) -> HttpResponse:
    board = get_object_or_404(scope(request.user, WallBoard, "update"), pk=board_id)
    try:
        token = renew_board(board=board, at=timezone.now())
    except BadBoard as refusal:
        messages.error(request, str(refusal))
        return redirect("insights:boards")
    return _page(request, _form(request), token=token)


@login_required
@require_POST
def board_revoke(request: HttpRequest, board_id: int) -> HttpResponse:
    board = get_object_or_404(scope(request.user, WallBoard, "revoke"), pk=board_id)
    board = revoke_board(board=board, at=timezone.now())
    messages.success(request, _("%(name)s shows nothing any more.") % {"name": board})
    return redirect("insights:boards")


def _form(request: HttpRequest, data: QueryDict | None = None) -> BoardForm:
    first = {"language": get_language(), "figures": FIRST}
    return BoardForm(data, user=request.user, initial=first)


def _page(request: HttpRequest, form: BoardForm, *, token: str = "") -> HttpResponse:
    rows = scope(request.user, WallBoard, "read")
    rows = rows.select_related("created_by", "journey").order_by("-created_at", "-pk")
    address = reverse("insights:wall", args=[token]) if token else ""
    context = {
        "boards": rows[:SHOWN],
        "form": form,
        "address": f"{settings.SITE_URL}{address}" if token else "",
        "now": timezone.now(),
    }
    status = 422 if form.is_bound else 200
    return render(request, "insights/boards.html", context, status=status)
