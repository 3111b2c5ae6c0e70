"""The board of deals and their list; one move, one change of many."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST
from django.views.decorators.vary import vary_on_headers

from accounts.models import User
from accounts.permissions import scope
from leadhub.errors import DomainError
from leadhub.keyset import BadCursor, page_of
from leadhub.web import wants_partial
from sales.deal_filters import DealListFilter
from sales.deal_forms import BulkForm
from sales.models import Deal, DealSettings
from sales.selectors.deals import (
    callable_contacts,
    card_of,
    deal_board,
    deal_cards,
)
from sales.services.closing import lose_deals
from sales.services.deals import give_deals, move_deal

PAGE_SIZE = 50


@login_required
@require_GET
@vary_on_headers("HX-Request")
def deal_board_page(request: HttpRequest) -> HttpResponse:
    return _board(request)


@login_required
@require_GET
def deal_column(request: HttpRequest, stage: str) -> HttpResponse:
    """More cards of one column."""
    try:
        page = deal_cards(
            _deals(request),
            stage=stage,
            at=timezone.now(),
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor as error:
        raise Http404 from error
    context = {
        "stage_key": stage,
        "cards": page.rows,
        "next": page.next,
        "may_move": _may_sell(request.user),
        "mine": request.GET.get("mine") == "1",
    }
    return render(request, "sales/_deal_cards.html", context)


@login_required
@require_POST
def deal_move(request: HttpRequest) -> HttpResponse:
    """Move the deal ``deal`` to the stage ``stage``."""
    number = request.POST.get("deal", "")
    pk = int(number) if number.isdecimal() and len(number) < 19 else 0
    deal = get_object_or_404(scope(request.user, Deal, "move"), pk=pk)
    error = ""
    try:
        deal = move_deal(
            deal=deal,
            stage=request.POST.get("stage", ""),
            by=request.user,
            at=timezone.now(),
        )
    except DomainError as refusal:
        error = str(refusal)
    said = error or _("%(deal)s moved.") % {"deal": deal}
    if wants_partial(request):
        return _board(request, said=said, is_error=bool(error))
    (messages.error if error else messages.success)(request, said)
    if request.POST.get("back") == "deal":
        return redirect("sales:deal", deal.pk)
    return redirect("sales:deals")


@login_required
@require_GET
@vary_on_headers("HX-Request")
def deal_list(request: HttpRequest) -> HttpResponse:
    deals = scope(request.user, Deal, "read")
    filters = DealListFilter(request.GET, queryset=deals)
    if not filters.is_valid():
        raise Http404
    rows = filters.qs.select_related("contact__company", "owner")
    try:
        page = page_of(
            rows,
            ordering=("-opened_at", "-id"),
            size=PAGE_SIZE,
            cursor=request.GET.get("cursor", ""),
        )
    except BadCursor as error:
        raise Http404 from error
    names = {s.key: str(s) for s in DealSettings.current().all_stages()}
    now, status = timezone.now(), filters.form.cleaned_data["status"]
    contacts = [deal.contact for deal in page.rows if deal.is_open]
    may_call = callable_contacts(contacts, user=request.user, at=now)
    context = {
        "page": page,
        "cards": [
            card_of(
                deal,
                at=now,
                may_call=deal.contact_id in may_call,
                stage=names.get(deal.stage, deal.stage),
            )
            for deal in page.rows
        ],
        "filters": filters,
        "chips": filters.chips(),
        "stages": names,
        "status": status,
        "tabs": _tabs("list", status),
        "may_change": _may_sell(request.user),
        "people": _people(request),
        "loss_reasons": Deal.LossReason.choices,
    }
    template = "_deal_rows" if wants_partial(request) else "deal_list"
    return render(request, f"sales/{template}.html", context)


@login_required
@require_POST
def deal_bulk(request: HttpRequest) -> HttpResponse:
    """Give the ticked deals to somebody, or close them as lost."""
    deals = scope(request.user, Deal, "update")
    form = BulkForm(request.POST, deals=deals, people=_people(request))
    if not form.is_valid():
        messages.error(request, _("Choose deals that are yours to change."))
        return redirect("sales:deal_list")
    asked, now = form.cleaned_data, timezone.now()
    chosen = list(asked["ids"])
    try:
        if asked["action"] == "lose":
            count = lose_deals(
                deals=chosen, reason=asked["reason"], by=request.user, at=now
            )
        else:
            count = give_deals(
                deals=chosen, owner=asked["owner"], by=request.user, at=now
            )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("sales:deal_list")
    said = ngettext("%(count)s deal changed.", "%(count)s deals changed.", count)
    said %= {"count": count}
    if skipped := len(chosen) - count:
        more = ngettext(
            "%(count)s was closed already.", "%(count)s were closed already.", skipped
        )
        said = f"{said} {more % {'count': skipped}}"
    messages.success(request, said)
    return redirect("sales:deal_list")


def _board(request: HttpRequest, **said: Any) -> HttpResponse:
    columns = deal_board(_deals(request), at=timezone.now())
    keys = [column.stage.key for column in columns]
    context = {
        "columns": columns,
        "mine": request.GET.get("mine") == "1",
        "may_move": _may_sell(request.user),
        "targets": {"deal": dict.fromkeys(keys, "")},
        "tabs": _tabs("board", ""),
        "total": sum(column.total for column in columns),
        "forecast": sum(column.forecast for column in columns),
        "count": sum(column.count for column in columns),
        "is_unused": not scope(request.user, Deal, "read").exists(),
        **said,
    }
    partial = wants_partial(request)
    template = "sales/_deal_board.html" if partial else "sales/deals.html"
    return render(request, template, context)


def _deals(request: HttpRequest) -> QuerySet[Deal]:
    deals = scope(request.user, Deal, "read")
    if request.GET.get("mine") == "1":
        return deals.filter(owner=request.user)
    return deals


def _may_sell(user: User) -> bool:
    return user.is_administrator or user.role in {User.Role.LEAD, User.Role.REP}


def _people(request: HttpRequest) -> QuerySet[User]:
    people = scope(request.user, User, "read").reps()
    return people.order_by("first_name", "last_name", "pk")


def _tabs(here: str, status: str) -> list[dict[str, Any]]:
    board, rows = reverse("sales:deals"), reverse("sales:deal_list")
    tabs = [
        {"label": _("Board"), "url": board, "is_here": here == "board"},
        {"label": _("All"), "url": rows, "is_here": here == "list" and not status},
    ]
    tabs += [
        {"label": label, "url": f"{rows}?status={name}", "is_here": name == status}
        for name, label in Deal.Status.choices
    ]
    return tabs
