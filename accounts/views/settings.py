"""One's own settings."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)
from django.views.decorators.vary import vary_on_headers

from accounts.forms import ProfileForm
from accounts.hours_forms import hours_form_of
from accounts.languages import in_language
from accounts.models import User
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
    context = {
        "form": form,
        "hours_form": hours_form_of(request.user),
        "hours_url": reverse("accounts:hours"),
        "tab": "profile",
    }
    return render(request, "accounts/settings.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def hours(request: HttpRequest) -> HttpResponse:
    """One's own working hours."""
    return edit_hours(request, request.user, back="accounts:settings", tab="profile")


def edit_hours(
    request: HttpRequest, person: User, *, back: str, tab: str
) -> HttpResponse:
    form = hours_form_of(person, request.POST if request.method == "POST" else None)
    if form.is_valid():
        values = {
            "working_hours": form.hours or None,
            "timezone": form.cleaned_data["timezone"],
        }
        update_user(user=person, values=values, by=request.user)
        messages.success(request, _("Working hours saved. New promises go by them."))
        return redirect(back)
    context = {
        "hours_form": form,
        "hours_url": request.path,
        "person": person,
        "tab": tab,
    }
    status = 422 if form.errors else 200
    return render(request, "accounts/hours.html", context, status=status)


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
