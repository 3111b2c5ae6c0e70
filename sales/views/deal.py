"""One deal: its page, opening and changing it, winning and losing it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.permissions import scope
from contacts.models import Contact
from leadhub.errors import DomainError, InvalidValue
from leadhub.moments import day_text
from sales.deal_forms import DealForm, LoseForm, NextStepForm, WinForm
from sales.models import Deal, DealSettings, Handoff
from sales.offer_forms import NeedsForm
from sales.selectors.deals import (
    callable_contacts,
    card_of,
    done_on_the_way,
    sent_on_the_way,
)
from sales.selectors.needs import needs_of
from sales.services.closing import lose_deal, reopen_deal, win_deal
from sales.services.deals import change_deal, open_deal

STEP = ("next_step", "next_step_date")
FIELDS = ("title", "value", "expected_close_date", "owner", *STEP)


@login_required
@require_GET
def deal_detail(request: HttpRequest, deal_id: int) -> HttpResponse:
    return deal_page(request, _deal(request, deal_id, "read"))


@login_required
@require_POST
def deal_from_handoff(request: HttpRequest, handoff_id: int) -> HttpResponse:
    handoff = get_object_or_404(scope(request.user, Handoff, "accept"), pk=handoff_id)
    try:
        deal = open_deal(
            contact=handoff.contact, handoff=handoff, by=request.user, at=timezone.now()
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("sales:detail", handoff.pk)
    return redirect("sales:deal", deal.pk)


@login_required
@require_http_methods(["GET", "POST"])
def deal_new(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Open a deal by hand."""
    contact = get_object_or_404(scope(request.user, Contact, "update"), pk=contact_id)
    if scope(request.user, Deal, "create").query.is_empty():
        raise PermissionDenied
    sells = request.user.role in {User.Role.REP, User.Role.LEAD}
    form = DealForm(
        request.POST or None,
        people=_people(request),
        is_new=True,
        initial={"owner": request.user.pk if sells else None},
    )
    if request.method == "POST" and form.is_valid():
        try:
            deal = open_deal(
                contact=contact,
                by=request.user,
                at=timezone.now(),
                **form.cleaned_data,
            )
        except DomainError as refusal:
            _put(form, refusal)
        else:
            messages.success(request, _("The deal is open. Nothing automated is sent."))
            return redirect("sales:deal", deal.pk)
    context = {"form": form, "contact": contact}
    return render(request, "sales/deal_form.html", context, status=_status(form))


@login_required
@require_http_methods(["GET", "POST"])
def deal_edit(request: HttpRequest, deal_id: int) -> HttpResponse:
    deal = _deal(request, deal_id, "update")
    initial = {name: getattr(deal, name) for name in FIELDS}
    form = DealForm(
        request.POST or None, people=_people(request), is_new=False, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        data["title"] = data["title"] or deal.title
        try:
            change_deal(deal=deal, data=data, by=request.user, at=timezone.now())
        except DomainError as refusal:
            _put(form, refusal)
        else:
            return redirect("sales:deal", deal.pk)
    context = {"form": form, "deal": deal, "contact": deal.contact}
    return render(request, "sales/deal_form.html", context, status=_status(form))


@login_required
@require_POST
def deal_step(request: HttpRequest, deal_id: int) -> HttpResponse:
    """Say what comes next."""
    deal, form = _deal(request, deal_id, "update"), NextStepForm(request.POST)

    def act() -> Deal:
        return change_deal(
            deal=deal, data=form.cleaned_data, by=request.user, at=timezone.now()
        )

    return _acted(request, deal, act, form=form, name="step_form")


@login_required
@require_POST
def deal_win(request: HttpRequest, deal_id: int) -> HttpResponse:
    deal, form = _deal(request, deal_id, "win"), WinForm(request.POST)

    def act() -> Deal:
        return win_deal(
            deal=deal, by=request.user, at=timezone.now(), **form.cleaned_data
        )

    return _acted(request, deal, act, form=form, name="win_form")


@login_required
@require_POST
def deal_lose(request: HttpRequest, deal_id: int) -> HttpResponse:
    deal, form = _deal(request, deal_id, "lose"), LoseForm(request.POST)

    def act() -> Deal:
        return lose_deal(
            deal=deal, by=request.user, at=timezone.now(), **form.cleaned_data
        )

    return _acted(request, deal, act, form=form, name="lose_form")


@login_required
@require_POST
def deal_reopen(request: HttpRequest, deal_id: int) -> HttpResponse:
    deal = _deal(request, deal_id, "reopen")
    reopen_deal(deal=deal, by=request.user, at=timezone.now())
    return redirect("sales:deal", deal.pk)


@login_required
@require_GET
def contact_deals(request: HttpRequest, contact_id: int) -> HttpResponse:
    """The panel of the contact page."""
    contact = get_object_or_404(scope(request.user, Contact, "read"), pk=contact_id)
    rows = scope(request.user, Deal, "read").filter(contact=contact)
    deals = list(rows.select_related("owner").order_by("closed_at", "-pk")[:20])
    now = timezone.now()
    may_open = scope(request.user, Contact, "update").filter(pk=contact.pk).exists()
    context = {
        "contact": contact,
        "cards": [card_of(deal, at=now) for deal in deals],
        "may_open": may_open
        and not scope(request.user, Deal, "create").query.is_empty(),
    }
    return render(request, "sales/_contact_deals.html", context)


def deal_page(
    request: HttpRequest, deal: Deal, *, status: int = 200, **forms: Form
) -> HttpResponse:
    """The page, with ``forms`` in place of its empty ones."""
    now, user = timezone.now(), request.user
    may_change = scope(user, Deal, "update").filter(pk=deal.pk).exists()
    stages = DealSettings.current().all_stages()
    may_call = callable_contacts([deal.contact], user=user, at=now)
    initial = {name: getattr(deal, name) for name in STEP}
    needs = needs_of(deal)
    context: dict[str, Any] = {
        "deal": deal,
        "card": card_of(deal, at=now, may_call=deal.contact_id in may_call),
        "stages": stages,
        "stage": next((s for s in stages if s.key == deal.stage), None),
        "steps": _steps(deal, stages),
        "may_change": may_change,
        "events": _events(deal, stages),
        "sent": sent_on_the_way(deal),
        "done": done_on_the_way(deal),
        "needs": needs,
        # The form has the others.
        "said": [
            need
            for need in needs
            if need.question is None or not may_change or not deal.is_open
        ],
        "needs_form": NeedsForm(needs=needs),
        "offers": deal.offers.select_related("mail").order_by("-pk"),
        "step_form": NextStepForm(initial=initial),
        "win_form": WinForm(initial={"value": deal.value}, auto_id="win-%s"),
        "lose_form": LoseForm(auto_id="lose-%s"),
        **forms,
    }
    return render(request, "sales/deal.html", context, status=status)


def _steps(deal: Deal, stages: Any) -> list[dict[str, str]]:
    steps, state = [], "done"
    since = _("since %s") % day_text(deal.stage_since, now=timezone.now())
    for stage in stages:
        is_here = stage.key == deal.stage
        is_now = is_here and deal.is_open
        steps.append(
            {
                "label": str(stage),
                "state": "now" if is_now else state,
                "detail": since if is_now else "",
            }
        )
        if is_here:
            state = ""
    return steps


def _events(deal: Deal, stages: Any) -> list[dict[str, Any]]:
    names = {stage.key: str(stage) for stage in stages}
    rows = deal.events.select_related("by", "owner").order_by("-at", "-pk")
    return [
        {"event": row, "stage": names.get(row.stage, row.stage)} for row in rows[:100]
    ]


def _acted(
    request: HttpRequest,
    deal: Deal,
    act: Callable[[], Deal],
    *,
    form: Form,
    name: str,
) -> HttpResponse:
    """Back to the page, or the page with what was wrong."""
    if form.is_valid():
        try:
            act()
        except DomainError as refusal:
            _put(form, refusal)
        else:
            return redirect("sales:deal", deal.pk)
    return deal_page(request, deal, status=422, **{name: form})


def _put(form: Form, refusal: DomainError) -> None:
    attr = refusal.attr if isinstance(refusal, InvalidValue) else None
    form.add_error(attr if attr in form.fields else None, str(refusal))


def _status(form: Form) -> int:
    return 422 if form.is_bound else 200


def _deal(request: HttpRequest, deal_id: int, action: str) -> Deal:
    rows = scope(request.user, Deal, action).select_related(
        "contact__company", "company", "owner", "team", "handoff__assignee"
    )
    return get_object_or_404(rows, pk=deal_id)


def _people(request: HttpRequest) -> Any:
    people = scope(request.user, User, "read").reps()
    return people.order_by("first_name", "last_name", "pk")
