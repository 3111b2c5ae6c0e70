"""Weights learned from outcomes: asked for, watched, and taken into a draft."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Job
from accounts.permissions import scope
from accounts.services.jobs import cancel_job
from contacts.conditions.catalog import editor_words
from leadhub.errors import DomainError, InvalidValue
from scoring.learning_forms import LearnForm, taken_points
from scoring.models import ScoringModel
from scoring.selectors.lessons import lesson_rows, own_rows
from scoring.services.learning import start_learning
from scoring.services.taking import take_learned_rules

SHOWN_RUNS = 5


@login_required
@require_http_methods(["GET", "POST"])
def learn(request: HttpRequest, model_id: int) -> HttpResponse:
    """Say what the outcome is and what to look at; ``?job=`` begins with that run's."""
    model = _model(request, model_id)
    before = _job_before(request, model)
    form = LearnForm(request.POST or None, before=before)
    if form.is_valid():
        try:
            job = start_learning(
                model=model, data=form.asked(), by=request.user, at=timezone.now()
            )
        except InvalidValue as refusal:
            form.refuse(refusal.attr, str(refusal))
        else:
            return redirect("scoring:learned", model.pk, job.pk)
    context = {
        "model": model,
        "form": form,
        "runs": _jobs(request, model).order_by("-created_at", "-pk")[:SHOWN_RUNS],
        **editor_words(request.user),
    }
    status = 422 if form.is_bound else 200
    return render(request, "scoring/learn.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def learned(request: HttpRequest, model_id: int, job_id: UUID) -> HttpResponse:
    """What a run has learned, or how far it is; by POST, take some of it."""
    model = _model(request, model_id)
    job = get_object_or_404(_jobs(request, model), pk=job_id)
    refusal, status = None, 200
    if request.method == "POST":
        try:
            draft = take_learned_rules(
                model=model,
                job=job,
                points=taken_points(request.POST, job.result),
                into=request.POST.get("into", ""),
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as error:
            refusal, status = error, 422 if isinstance(error, InvalidValue) else 409
        else:
            messages.success(
                request, _("This is a draft. What is live has not changed.")
            )
            return redirect("scoring:detail", draft.pk)
    context: dict[str, Any] = {
        "model": model,
        "job": job,
        "is_running": job.status in (Job.Status.QUEUED, Job.Status.RUNNING),
        "refusal": refusal,
        "into": request.POST.get("into", "new"),
    }
    if job.status == Job.Status.DONE:
        rows = lesson_rows(job.result, model, post=request.POST)
        context |= {
            "result": job.result,
            "rows": rows,
            "own_rows": own_rows(job.result, model),
        }
    part = "scoring/_learned.html" if request.htmx else "scoring/learned.html"
    return render(request, part, context, status=status)


@login_required
@require_POST
def learn_cancel(request: HttpRequest, model_id: int, job_id: UUID) -> HttpResponse:
    model = _model(request, model_id)
    job = get_object_or_404(_jobs(request, model), pk=job_id)
    try:
        cancel_job(job=job, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("scoring:learned", model.pk, job.pk)


def _model(request: HttpRequest, model_id: int) -> ScoringModel:
    if not request.user.runs_marketing:
        raise PermissionDenied
    models = scope(request.user, ScoringModel, "learn")
    return get_object_or_404(models.with_rules(), pk=model_id)


def _jobs(request: HttpRequest, model: ScoringModel) -> QuerySet[Job]:
    jobs = scope(request.user, Job, "read")
    return jobs.filter(kind=Job.Kind.LEARN, params__model=model.pk)


def _job_before(request: HttpRequest, model: ScoringModel) -> Job | None:
    try:
        asked = UUID(request.GET.get("job", ""))
    except ValueError:
        return None
    return _jobs(request, model).filter(pk=asked).first()
