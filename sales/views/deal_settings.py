"""What is laid down for deals: stages, offers, the questions of the needs analysis."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.permissions import scope
from leadhub.errors import DomainError, InvalidValue
from sales.deal_settings_forms import DealSettingsForm, StageFormSet
from sales.models import DealSettings, Question
from sales.offer_forms import QuestionForm
from sales.services.deal_settings import save_deal_settings
from sales.services.needs import delete_question, save_question


@login_required
@require_http_methods(["GET", "POST"])
def deal_settings(request: HttpRequest) -> HttpResponse:
    current = DealSettings.current()
    may_change = not scope(request.user, DealSettings, "update").query.is_empty()
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    form = DealSettingsForm(request.POST or None, instance=current)
    stages = StageFormSet(
        request.POST or None,
        prefix="stages",
        initial=[
            {"key": s.key, "name": str(s), "probability": s.probability}
            for s in current.all_stages()
        ],
    )
    if request.method == "POST" and form.is_valid() and stages.is_valid():
        try:
            save_deal_settings(
                chosen=form.instance,
                stages=[row for one in stages if (row := one.stage())],
                by=request.user,
                at=timezone.now(),
            )
        except DomainError as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Saved."))
            return redirect("sales:deal_settings")
    questions = scope(request.user, Question, "read").select_related("team")
    context = {
        "form": form,
        "stages": stages,
        "questions": questions.order_by("position", "pk"),
        "may_change": may_change,
        "current": current,
    }
    status = 422 if form.is_bound else 200
    return render(request, "sales/deal_settings.html", context, status=status)


@login_required
@require_http_methods(["GET", "POST"])
def question_new(request: HttpRequest) -> HttpResponse:
    if scope(request.user, Question, "create").query.is_empty():
        raise PermissionDenied
    count = scope(request.user, Question, "read").count()
    return _edited(request, Question(position=min(count + 1, 1_000)))


@login_required
@require_http_methods(["GET", "POST"])
def question_edit(request: HttpRequest, question_id: int) -> HttpResponse:
    return _edited(request, _question(request, question_id))


@login_required
@require_POST
def question_delete(request: HttpRequest, question_id: int) -> HttpResponse:
    delete_question(question=_question(request, question_id))
    return redirect("sales:deal_settings")


def _edited(request: HttpRequest, question: Question) -> HttpResponse:
    form = QuestionForm(request.POST or None, instance=question)
    if request.method == "POST" and form.is_valid():
        try:
            save_question(question=form.instance)
        except InvalidValue as refusal:
            form.add_error(
                refusal.attr if refusal.attr in form.fields else None, str(refusal)
            )
        else:
            return redirect("sales:deal_settings")
    context = {"form": form, "question": question if question.pk else None}
    status = 422 if form.is_bound else 200
    return render(request, "sales/question.html", context, status=status)


def _question(request: HttpRequest, question_id: int) -> Question:
    if scope(request.user, Question, "update").query.is_empty():
        raise PermissionDenied
    return get_object_or_404(scope(request.user, Question, "update"), pk=question_id)
