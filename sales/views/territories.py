"""Whose contacts are which, and who would get a contact."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts.permissions import scope
from contacts.conditions.catalog import editor_words
from contacts.conditions.evaluation import contacts_matching
from contacts.conditions.sentences import describe_each
from contacts.models import Contact, Segment
from leadhub.errors import DomainError
from sales.models import Territory
from sales.selectors.trials import SHOWN, trials_of
from sales.services.territories import (
    delete_territory,
    move_territory,
    save_territory,
)
from sales.settings_forms import TerritoryForm


@login_required
@require_GET
def territory_list(request: HttpRequest) -> HttpResponse:
    rows = scope(request.user, Territory, "read").select_related("rep", "team")
    territories = list(rows.order_by("position", "pk"))
    sentences = describe_each(row.condition for row in territories)
    context = {
        "rows": list(zip(territories, sentences, strict=True)),
        "may_write": request.user.is_administrator,
        "tab": "territories",
    }
    return render(request, "sales/territories.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def territory_edit(
    request: HttpRequest, territory_id: int | None = None
) -> HttpResponse:
    territory = _to_change(request, territory_id) if territory_id else None
    if not request.user.is_administrator:
        raise PermissionDenied
    form = TerritoryForm(request.POST or None, territory=territory)
    if request.method == "POST" and form.is_valid():
        try:
            save_territory(
                territory=territory or Territory(),
                by=request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Territory saved."))
            return redirect("sales:territories")
    words = editor_words(request.user)
    context = {"form": form, "territory": territory, "tab": "territories", **words}
    status = 422 if form.errors else 200
    return render(request, "sales/territory.html", context, status=status)


@login_required
@require_POST
def territory_move(request: HttpRequest, territory_id: int) -> HttpResponse:
    territory = _to_change(request, territory_id)
    move_territory(territory=territory, earlier="earlier" in request.POST)
    return redirect("sales:territories")


@login_required
@require_POST
def territory_delete(request: HttpRequest, territory_id: int) -> HttpResponse:
    delete_territory(territory=_to_change(request, territory_id))
    messages.success(request, _("Territory deleted."))
    return redirect("sales:territories")


@login_required
@require_GET
def assignment(request: HttpRequest) -> HttpResponse:
    """A dry run: who would get ``contact``, or those of ``segment``, and why."""
    contacts = scope(request.user, Contact, "read").select_related("company", "owner")
    contact = segment = None
    now = timezone.now()
    if asked := request.GET.get("contact", ""):
        contact = get_object_or_404(contacts, pk=_number(asked))
        found = [contact]
    elif asked := request.GET.get("segment", ""):
        segments = scope(request.user, Segment, "read")
        segment = get_object_or_404(segments, pk=_number(asked))
        matching = contacts_matching(contacts, segment.condition, at=now)
        found = list(matching.order_by("pk")[: SHOWN + 1])
    else:
        found = []
    context = {
        "contact": contact,
        "segment": segment,
        "segments": scope(request.user, Segment, "read").order_by("name", "pk"),
        "trials": trials_of(found[:SHOWN], at=now) if found else [],
        "has_more": len(found) > SHOWN,
        "shown": SHOWN,
        "tab": "territories",
    }
    return render(request, "sales/assignment.html", context)


def _number(text: str) -> int:
    if not text.isdecimal() or len(text) > 18:
        raise Http404
    return int(text)


def _to_change(request: HttpRequest, territory_id: int) -> Territory:
    if not request.user.is_administrator:
        raise PermissionDenied
    return get_object_or_404(scope(request.user, Territory, "update"), pk=territory_id)
