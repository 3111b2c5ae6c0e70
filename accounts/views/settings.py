"""One's own settings."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.forms import ProfileForm
from accounts.languages import in_language
from accounts.sections import find_sections
from accounts.services.users import update_user
from leadhub.errors import InvalidValue
from leadhub.web import wants_partial


@login_required
def profile(request: HttpRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            user = update_user(user=request.user, values=values, by=request.user)
        except InvalidValue as refusal:
            form.add_error(refusal.attr, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return in_language(redirect("accounts:settings"), user.language)
    status = 422 if form.is_bound else 200
    context = {"form": form, "tab": "profile"}
    return render(request, "accounts/settings.html", context, status=status)


@login_required
@require_GET
@vary_on_headers("HX-Request")
def search(request: HttpRequest) -> HttpResponse:
    """Where something is set, by a word of its name or of what it is about."""
    words = request.GET.get("q", "").strip()[:100]
    context = {"words": words, "sections": find_sections(words, user=request.user)}
    partial = wants_partial(request)
    template = "_settings_found" if partial else "settings_search"
    return render(request, f"accounts/{template}.html", context)


@login_required
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """The switches of theme and language in the navigation: one at a time."""
    values = {
        name: request.POST[name]
        for name in ("theme", "language")
        if name in request.POST
    }
    try:
        user = update_user(user=request.user, values=values, by=request.user)
    except InvalidValue as refusal:
        return HttpResponse(str(refusal), status=422)
    if wants_partial(request):
        return in_language(HttpResponse(status=204), user.language)
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}):
        back = "/"
    return in_language(redirect(back), user.language)
