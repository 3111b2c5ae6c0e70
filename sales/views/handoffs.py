"""Handoffs: the list, one with its facts, the panel of a contact."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.permissions import scope
from contacts.models import Contact
from leadhub.keyset import BadCursor, page_of
from leadhub.web import wants_partial
from sales.forms import DeclineForm, ReassignForm
from sales.handoff_filters import HandoffListFilter
from sales.models import Deal, Handoff
from sales.selectors.foresight import coming
from sales.selectors.handoffs import because_of, colleagues, facts_to_read

PAGE_SIZE = 50


@login_required
@require_GET
@vary_on_headers("HX-Request")
def handoff_list(request: HttpRequest) -> HttpResponse:
    filters = HandoffListFilter(
        request.GET, queryset=scope(request.user, Handoff, "read")
    )
    if not filters.is_valid():
        raise Http404
    status = filters.form.cleaned_data["status"]
    rows = filters.qs.select_related("contact__company", "assignee", "team")
    try:
        page = page_of(
            rows.defer("facts"),
            ordering=("-offered_at", "-id"),
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor as error:
        raise Http404 from error
    context = {
        "page": page,
        "status": status,
        "tabs": _tabs(status),
        "chips": filters.chips(),
    }
    partial = wants_partial(request)
    template = "sales/_handoff_rows.html" if partial else "sales/list.html"
    return render(request, template, context)


@login_required
@require_GET
def handoff_detail(request: HttpRequest, handoff_id: int) -> HttpResponse:
    handoff = _readable(request, pk=handoff_id)
    context = actions_context(request, handoff)
    context["events"] = handoff.events.select_related("by", "assignee").order_by(
        "at", "pk"
    )
    context["facts"] = facts_to_read(handoff)
    return render(request, "sales/detail.html", context)


@login_required
@require_GET
def handoff_facts(request: HttpRequest, handoff_id: int) -> HttpResponse:
    """For the inbox: its line knows no more than the number of the handoff."""
    handoff = _readable(request, pk=handoff_id)
    context = actions_context(request, handoff) | {"facts": facts_to_read(handoff)}
    return render(request, "sales/_handoff_panel.html", context)


@login_required
@require_GET
def contact_handoff(request: HttpRequest, contact_id: int) -> HttpResponse:
    """The panel of the contact page: the latest handoff, and those before."""
    contact = get_object_or_404(scope(request.user, Contact, "read"), pk=contact_id)
    rows = scope(request.user, Handoff, "read").filter(contact=contact)
    latest, *earlier = [
        *rows.select_related("assignee", "team").order_by("-offered_at", "-pk")[:10]
    ] or [None]
    context: dict[str, Any] = {"contact": contact, "handoff": latest}
    if latest is not None:
        latest.contact = contact
        context |= actions_context(request, latest) | {"facts": facts_to_read(latest)}
    context["earlier"] = earlier
    return render(request, "sales/_contact_handoff.html", context)


def _tabs(status: str) -> list[dict[str, Any]]:
    url = reverse("sales:list")
    tabs = [{"label": _("All"), "url": url, "is_here": not status}]
    tabs += [
        {"label": label, "url": f"{url}?status={name}", "is_here": name == status}
        for name, label in Handoff.Status.choices
    ]
    return tabs


def actions_context(request: HttpRequest, handoff: Handoff) -> dict[str, Any]:
    """What ``sales/_handoff_actions.html`` needs."""
    user = request.user
    decides = scope(user, Handoff, "decline").filter(pk=handoff.pk).exists()
    is_mine = handoff.assignee_id in (None, user.pk)
    context: dict[str, Any] = {
        "handoff": handoff,
        "handoff_id": handoff.pk,
        "coming": coming(handoff, at=timezone.now()),
        "because": because_of(handoff),
        "may_accept": decides and is_mine and handoff.status == Handoff.Status.OFFERED,
        "may_decide": decides and (is_mine or user.leads) and handoff.is_open,
    }
    if decides and (is_mine or user.leads) and handoff.status != Handoff.Status.OFFERED:
        context["ratings"] = range(1, 6)
    if handoff.status in (Handoff.Status.ACCEPTED, Handoff.Status.CLOSED):
        context["deal"] = scope(user, Deal, "read").filter(handoff=handoff).first()
    if context["may_decide"]:
        context["decline_form"] = DeclineForm(handoff=handoff)
        context["reassign_form"] = ReassignForm(people=colleagues(handoff))
    return context


def _readable(request: HttpRequest, *, pk: int) -> Handoff:
    rows = scope(request.user, Handoff, "read")
    return get_object_or_404(
        rows.select_related("contact__company", "assignee", "team"), pk=pk
    )
