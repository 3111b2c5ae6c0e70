"""The pages of scoring models."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_POST,
)

from accounts.models import Job
from accounts.permissions import scope
from contacts.models import Contact
from leadhub.errors import DomainError, InvalidValue
from scoring.forms import PublishForm, settings_data, settings_shown, table_data
from scoring.models import ScoringModel
from scoring.numbers import number
from scoring.selectors.explain import explain
from scoring.selectors.preview import Preview, preview
from scoring.selectors.tables import ready_by_model, rule_rows
from scoring.services.activation import activate_model
from scoring.services.models import (
    copy_model,
    create_model,
    delete_model,
    update_model,
)
from scoring.services.shipped import create_default_model


@login_required
@require_GET
def model_list(request: HttpRequest) -> HttpResponse:
    rows = scope(request.user, ScoringModel, "read").annotate(
        rule_count=Count("rules", distinct=True)
    )
    ready = ready_by_model()
    context = {
        "rows": [
            (model, ready.get(model.pk, 0))
            for model in rows.select_related("journey").order_by(
                "-is_active", "-activated_at", "-pk"
            )
        ],
        "may_write": request.user.runs_marketing,
        "job": _running_job(request),
    }
    return render(request, "scoring/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def model_detail(request: HttpRequest, model_id: int) -> HttpResponse:
    """A model: read by all, its table changed by who runs marketing in drafts."""
    action = "update" if request.method == "POST" else "read"
    model = _model(request, model_id, action)
    refusal, status = None, 200
    if request.method == "POST":
        data = settings_data(request.POST)
        data["rules"] = table_data(request.POST, list(model.rules.all()))
        try:
            update_model(model=model, data=data, by=request.user, at=timezone.now())
        except (InvalidValue, DomainError) as error:
            refusal, status = error, 422 if isinstance(error, InvalidValue) else 409
        else:
            messages.success(request, _("The draft was saved."))
            return redirect("scoring:detail", model.pk)
    may_write = request.user.runs_marketing
    context = {
        "model": model,
        "rows": rule_rows(model, at=timezone.now(), post=request.POST),
        "given": request.POST,
        "settings": settings_shown(model, request.POST),
        "refusal": refusal,
        "refused": getattr(refusal, "attr", None) or "",
        "may_write": may_write,
        "may_edit": may_write and not model.is_active,
        "job": _running_job(request) if model.is_active else None,
    }
    return render(request, "scoring/detail.html", context, status=status)


@login_required
@require_POST
def model_create(request: HttpRequest) -> HttpResponse:
    """A draft with the rules that ship, or without any for fields of one's own."""
    _must_run_marketing(request)
    now = timezone.now()
    if request.POST.get("rules") == "none":
        data = {"name": _("New model"), "threshold": 60}
        model = create_model(data=data, by=request.user, at=now)
    else:
        model = create_default_model(by=request.user, at=now)
    return redirect("scoring:detail", model.pk)


@login_required
@require_POST
def model_copy(request: HttpRequest, model_id: int) -> HttpResponse:
    model = _model(request, model_id, "copy")
    threshold = number(request.POST.get("threshold", "")[:20])
    try:
        copy = copy_model(
            model=model, threshold=threshold, by=request.user, at=timezone.now()
        )
    except InvalidValue as refusal:
        messages.error(request, str(refusal))
        return redirect("scoring:detail", model.pk)
    messages.success(request, _("This is a draft. What is live has not changed."))
    return redirect("scoring:detail", copy.pk)


@login_required
@require_POST
def model_delete(request: HttpRequest, model_id: int) -> HttpResponse:
    model = _model(request, model_id, "destroy")
    try:
        delete_model(model=model, by=request.user, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("scoring:detail", model_id)
    messages.success(request, _("%(name)s was deleted.") % {"name": model})
    return redirect("scoring:list")


@login_required
@require_http_methods(["GET", "POST"])
def model_publish(request: HttpRequest, model_id: int) -> HttpResponse:
    model = _model(request, model_id, "activate")
    form = PublishForm(request.POST or None)
    if form.is_valid():
        activate_model(
            model=model, by=request.user, at=timezone.now(), **form.cleaned_data
        )
        messages.success(request, _("%(name)s is live.") % {"name": model})
        return redirect("scoring:detail", model.pk)
    seen = preview(model, at=timezone.now())
    context = {
        "model": model,
        "form": form,
        "preview": seen,
        "ready": seen.ready(model, model.threshold),
        "handed_off": seen.handed_off(model, model.threshold),
    }
    status = 422 if form.is_bound else 200
    return render(request, "scoring/publish.html", context, status=status)


@login_required
@require_GET
def model_preview(request: HttpRequest, model_id: int) -> HttpResponse:
    """How many would be ready at ``?threshold=``, and where everybody stands.

    The page counts for other thresholds itself, while one drags the line.
    """
    model = _model(request, model_id, "read")
    threshold = _threshold(request.GET.get("threshold"), model.threshold)
    seen = preview(model, at=timezone.now())
    ready, now = seen.ready(model, threshold), seen.ready_now()
    may_write = request.user.runs_marketing
    context = {
        "model": model,
        "may_write": may_write,
        "may_edit": may_write and not model.is_active,
        "preview": seen,
        "threshold": threshold,
        "ready": ready,
        "difference": abs(ready - now),
        "is_more": ready >= now,
        "bins": seen.bins(model.threshold),
        "choices": _choices(seen, model, now),
    }
    return render(request, "scoring/_preview.html", context)


@login_required
@require_GET
def model_explain(request: HttpRequest, model_id: int) -> HttpResponse:
    """Any contact's score under this model, live or not."""
    model = _model(request, model_id, "read")
    asked = request.GET.get("q", "").strip()[:200]
    contacts = scope(request.user, Contact, "read")
    contact = None
    if asked and "\0" not in asked:
        contact = (
            contacts.filter(email_key=Contact.key_of(asked)).first()
            or contacts.filter(identifiers__value=asked).order_by("pk").first()
            or contacts.search(asked).order_by("pk").first()
        )
    now = timezone.now()
    context: dict[str, Any] = {"asked": asked, "contact": contact, "model": model}
    if contact is not None:
        context["explanation"] = explain(contact, now, model=model)
    return render(request, "scoring/_explain.html", context)


def _model(request: HttpRequest, model_id: int, action: str) -> ScoringModel:
    if action != "read":
        _must_run_marketing(request)
    models = scope(request.user, ScoringModel, action)
    return get_object_or_404(models.with_rules(), pk=model_id)


def _must_run_marketing(request: HttpRequest) -> None:
    if not request.user.runs_marketing:
        raise PermissionDenied


def _running_job(request: HttpRequest) -> Job | None:
    jobs = scope(request.user, Job, "read").filter(kind=Job.Kind.RESCORE)
    waiting = Q(status__in=[Job.Status.QUEUED, Job.Status.RUNNING])
    return jobs.filter(waiting).order_by("-created_at").first()


def _choices(seen: Preview, model: ScoringModel, now: int) -> dict[str, Any]:
    """The thresholds to try, how many would be ready from each, and are now."""
    thresholds = seen.thresholds(model.threshold)
    ready = seen.ready_from(model, thresholds)
    return {"thresholds": thresholds, "ready": ready, "now": now}


def _threshold(text: str | None, usual: float) -> float:
    try:
        value = float(text or usual)
    except ValueError:
        return usual
    return value if 1 <= value <= 1_000_000 else usual
