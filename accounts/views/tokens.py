"""Tokens: made and shown once, listed, revoked."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.forms import TokenForm
from accounts.models import ApiToken
from accounts.permissions import scope
from accounts.services.tokens import create_token, revoke_token
from leadhub.errors import InvalidValue


@login_required
def token_list(request: HttpRequest) -> HttpResponse:
    form = TokenForm(request.POST or None)
    key = ""
    if request.method == "POST" and form.is_valid():
        now, days = timezone.now(), form.cleaned_data["days"]
        try:
            key = create_token(
                user=request.user,
                name=form.cleaned_data["name"],
                scopes=form.scopes(),
                at=now,
                expires_at=now + timedelta(days=days) if days else None,
            )
        except InvalidValue as refusal:
            attr = refusal.attr if refusal.attr in form.fields else None
            form.add_error(attr, str(refusal))
        else:
            form = TokenForm()
    rows = scope(request.user, ApiToken, "read").select_related("user")
    context = {
        "tokens": rows.order_by("-created_at", "-pk")[:200],
        "now": timezone.now(),
        "form": form,
        "key": key,
        "tab": "tokens",
    }
    status = 422 if form.is_bound else 200
    return render(request, "accounts/settings_tokens.html", context, status=status)


@login_required
@require_POST
def token_revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    token = get_object_or_404(scope(request.user, ApiToken, "revoke"), pk=token_id)
    token = revoke_token(token=token, at=timezone.now())
    messages.success(request, _("%(name)s opens nothing any more.") % {"name": token})
    return redirect("accounts:tokens")
