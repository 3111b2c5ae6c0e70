"""Who works here: everybody sees it, administrators change it."""

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

from accounts.forms import NewPersonForm, PersonForm
from accounts.invitations import password_link
from accounts.models import User
from accounts.permissions import scope
from accounts.services.users import (
    create_user,
    deactivate_user,
    reactivate_user,
    update_user,
)
from accounts.views.settings import edit_hours
from leadhub.errors import DomainError


@login_required
@require_GET
def people(request: HttpRequest) -> HttpResponse:
    rows = scope(request.user, User, "read").prefetch_related("teams")
    context = {
        "people": rows.order_by("-is_active", "first_name", "last_name", "pk"),
        "today": timezone.localdate(),
        "may_write": request.user.is_administrator,
        "tab": "people",
    }
    return render(request, "accounts/settings_people.html", context)


@login_required
def person_new(request: HttpRequest) -> HttpResponse:
    if not request.user.is_administrator:
        raise PermissionDenied
    form = NewPersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            user = create_user(**values, by=request.user, at=timezone.now())
        except DomainError as refusal:
            _show(form, refusal)
        else:
            context = {"person": user, "link": password_link(user), "tab": "people"}
            return render(request, "accounts/settings_invited.html", context)
    context = {"form": form, "tab": "people"}
    status = 422 if form.is_bound else 200
    return render(request, "accounts/settings_person.html", context, status=status)


@login_required
def person_edit(request: HttpRequest, user_id: int) -> HttpResponse:
    person = _person(request, user_id)
    form = PersonForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        try:
            update_user(user=person, values=form.cleaned_data, by=request.user)
        except DomainError as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:people")
    context = {
        "form": form,
        "person": person,
        "link": password_link(person) if not person.has_usable_password() else "",
        "tab": "people",
    }
    status = 422 if form.is_bound else 200
    return render(request, "accounts/settings_person.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def person_hours(request: HttpRequest, user_id: int) -> HttpResponse:
    person = _person(request, user_id)
    return edit_hours(request, person, back="accounts:people", tab="people")


@login_required
@require_POST
def person_deactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    person = _person(request, user_id)
    try:
        deactivate_user(user=person, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("%(name)s can no longer sign in. Open leads went to others.")
        messages.success(request, said % {"name": person})
    return redirect("accounts:people")


@login_required
@require_POST
def person_reactivate(request: HttpRequest, user_id: int) -> HttpResponse:
    person = reactivate_user(user=_person(request, user_id), by=request.user)
    messages.success(request, _("%(name)s can sign in again.") % {"name": person})
    return redirect("accounts:people")


def _person(request: HttpRequest, user_id: int) -> User:
    if not request.user.is_administrator:
        raise PermissionDenied
    return get_object_or_404(scope(request.user, User, "update"), pk=user_id)


def _show(form: NewPersonForm | PersonForm, refusal: DomainError) -> None:
    attr = getattr(refusal, "attr", None)
    form.add_error(attr if attr in form.fields else None, str(refusal))
