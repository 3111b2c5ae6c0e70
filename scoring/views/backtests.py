"""Trying a draft on the past."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import scope
from accounts.services.jobs import cancel_job
from contacts.imports.writing import csv_lines
from contacts.models import Contact, Segment
from leadhub.errors import DomainError, InvalidValue
from leadhub.web import wants_partial
from scoring.backtest_form import FIELDS, BacktestForm
from scoring.backtest_shown import shown
from scoring.backtest_words import finding
from scoring.models import Backtest, ScoringModel
from scoring.numbers import number
from scoring.selectors.caught import names_of
from scoring.services.backtests import start_backtest, use_threshold

LATEST = 10


@login_required
@require_http_methods(["GET", "POST"])
def backtest_start(request: HttpRequest, model_id: int) -> HttpResponse:
    """The form, and what earlier ones found."""
    model = _model(request, model_id, "update" if request.method == "POST" else "read")
    segments = scope(request.user, Segment, "read")
    oldest = scope(request.user, Contact, "read").order_by("created_at", "pk")
    first = oldest.values_list("created_at", flat=True).first()
    form = BacktestForm(request.POST or None, segments=segments, first=first)
    if form.is_valid():
        try:
            made = start_backtest(
                model=model, **form.asked(), by=request.user, at=timezone.now()
            )
        except InvalidValue as refusal:
            form.add_error(FIELDS.get(refusal.attr, refusal.attr), str(refusal))
        else:
            return redirect("scoring:backtest", model.pk, made.pk)
    rows = scope(request.user, Backtest, "read").filter(scoring_model=model)
    rows = rows.select_related("job", "scoring_model", "created_by")
    latest = rows.order_by("-created_at", "-pk")[:LATEST]
    context = {
        "model": model,
        "form": form,
        "rows": [(row, finding(row) if row.result else "") for row in latest],
        "may_write": request.user.runs_marketing,
    }
    status = 422 if form.is_bound else 200
    return render(request, "scoring/backtest_start.html", context, status=status)


@login_required
@require_GET
def backtest(request: HttpRequest, model_id: int, backtest_id: int) -> HttpResponse:
    """How far it is, then what it found; ``?capacity=`` asks for a threshold."""
    row = _backtest(request, model_id, backtest_id, "read")
    may_write = request.user.runs_marketing
    context: dict[str, Any] = {
        "model": row.scoring_model,
        "backtest": row,
        "job": row.job,
        "may_write": may_write,
        "may_use": may_write and not row.scoring_model.is_active,
    }
    if row.result is not None:
        context |= shown(
            row, names=names_of(row.result), capacity=_capacity(request, row)
        )
    partial = wants_partial(request)
    template = "scoring/_backtest.html" if partial else "scoring/backtest.html"
    return render(request, template, context)


@login_required
@require_POST
def backtest_cancel(
    request: HttpRequest, model_id: int, backtest_id: int
) -> HttpResponse:
    row = _backtest(request, model_id, backtest_id, "update")
    try:
        if row.job is not None:
            cancel_job(job=row.job, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("scoring:backtest", model_id, row.pk)


@login_required
@require_POST
def backtest_threshold(
    request: HttpRequest, model_id: int, backtest_id: int
) -> HttpResponse:
    """Write the threshold that was tried into the draft."""
    row = _backtest(request, model_id, backtest_id, "update")
    try:
        threshold = number(request.POST.get("threshold", ""))
        model = use_threshold(
            backtest=row, threshold=threshold, by=request.user, at=timezone.now()
        )
    except (InvalidValue, DomainError) as refusal:
        messages.error(request, str(refusal))
        return redirect("scoring:backtest", model_id, row.pk)
    sentence = _("The draft is sales-ready from %(threshold)s points now.")
    messages.success(request, sentence % {"threshold": f"{model.threshold:g}"})
    return redirect("scoring:detail", model.pk)


@login_required
@require_GET
def backtest_file(
    request: HttpRequest, model_id: int, backtest_id: int
) -> HttpResponse:
    """Every threshold that was tried, as CSV; ``?customers`` has who was caught."""
    row = _backtest(request, model_id, backtest_id, "read")
    result = row.result or {"curve": [], "customers": []}
    key = "customers" if "customers" in request.GET else "curve"
    names = {
        "curve": ["threshold", "handoffs", "per_week", "precision", "recall"],
        "customers": "contact name at draft draft_caught live live_caught".split(),
    }[key]
    people = names_of(row.result) if key == "customers" else {}
    rows = [{**line, "name": people.get(line.get("contact"))} for line in result[key]]
    lines = csv_lines(names, _lines(rows, names))
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    disposition = f'attachment; filename="backtest-{row.pk}-{key}.csv"'
    response["Content-Disposition"] = disposition
    return response


def _lines(rows: list[dict[str, Any]], names: list[str]) -> Iterator[list[Any]]:
    for row in rows:
        yield ["" if row[name] is None else str(row[name]) for name in names]


def _capacity(request: HttpRequest, row: Backtest) -> float | None:
    asked = number(request.GET.get("capacity", ""))
    is_one = isinstance(asked, int | float) and 0 < asked <= 100_000
    return asked if is_one else row.capacity


def _model(request: HttpRequest, model_id: int, action: str) -> ScoringModel:
    if action != "read" and not request.user.runs_marketing:
        raise PermissionDenied
    return get_object_or_404(scope(request.user, ScoringModel, action), pk=model_id)


def _backtest(
    request: HttpRequest, model_id: int, backtest_id: int, action: str
) -> Backtest:
    if action != "read" and not request.user.runs_marketing:
        raise PermissionDenied
    rows = scope(request.user, Backtest, action).select_related(
        "scoring_model", "live", "job", "created_by"
    )
    return get_object_or_404(rows, pk=backtest_id, scoring_model=model_id)
