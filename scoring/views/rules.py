"""Editing one rule of a draft."""

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
from leadhub.errors import DomainError, InvalidValue
from scoring.forms import RuleForm, half_life_into
from scoring.models import Rule, ScoringModel
from scoring.numbers import number
from scoring.selectors.preview import decay_of
from scoring.services.models import update_model
from scoring.services.validation import as_data


@login_required
@require_http_methods(["GET", "POST"])
def rule_create(request: HttpRequest, model_id: int) -> HttpResponse:
    dimension = request.GET.get("dimension", Rule.Dimension.ENGAGEMENT)
    if dimension not in Rule.Dimension.values:
        raise Http404
    return _editor(request, _draft(request, model_id), None, dimension)


@login_required
@require_http_methods(["GET", "POST"])
def rule_edit(request: HttpRequest, model_id: int, place: int) -> HttpResponse:
    model = _draft(request, model_id)
    return _editor(request, model, place, _rule_at(model, place).dimension)


@login_required
@require_POST
def rule_delete(request: HttpRequest, model_id: int, place: int) -> HttpResponse:
    model = _draft(request, model_id)
    _rule_at(model, place)
    items = [as_data(rule) for rule in model.rules.all()]
    del items[place]
    try:
        update_model(
            model=model, data={"rules": items}, by=request.user, at=timezone.now()
        )
    except DomainError as refusal:
        messages.error(request, str(refusal))
    return redirect("scoring:detail", model.pk)


@login_required
@require_GET
def decay_curve(request: HttpRequest, model_id: int) -> HttpResponse:
    """What one interaction is worth as days go by, for the values that are typed."""
    models = scope(request.user, ScoringModel, "read")
    model = get_object_or_404(models, pk=model_id)
    points = number(request.GET.get("points", "")[:20])
    rule = Rule(points=points if isinstance(points, int | float) else 0)
    data: dict = {}
    half_life_into(data, request.GET.get("half_life", "")[:20])
    if "half_life_days" in data:
        days = data["half_life_days"]
        is_one = isinstance(days, int | float) and 0 < days <= 36_500
        rule.uses_model_half_life = not is_one and days is not None
        rule.half_life_days = days if is_one else None
    if abs(rule.points) > 1_000_000:
        rule.points = 0
    context = {"decay": decay_of(rule, model), "points": rule.points}
    return render(request, "scoring/_decay.html", context)


def _editor(
    request: HttpRequest, model: ScoringModel, place: int | None, dimension: str
) -> HttpResponse:
    rule = None if place is None else _rule_at(model, place)
    form = RuleForm(request.POST or None, dimension=dimension, rule=rule)
    if form.is_valid():
        items = [as_data(one) for one in model.rules.all()]
        if place is None:
            items.append(form.rule_data())
        else:
            items[place] = form.rule_data()
        try:
            update_model(
                model=model, data={"rules": items}, by=request.user, at=timezone.now()
            )
        except InvalidValue as refusal:
            form.refuse(refusal.attr, str(refusal))
        except DomainError as refusal:
            form.refuse(None, str(refusal))
        else:
            messages.success(request, _("The rule was saved."))
            return redirect("scoring:detail", model.pk)
    context = {
        "form": form,
        "model": model,
        "rule": rule,
        "place": place,
        "is_engagement": dimension == Rule.Dimension.ENGAGEMENT,
        "decay": decay_of(rule or Rule(points=10), model),
        **editor_words(request.user),
    }
    status = 422 if form.is_bound else 200
    return render(request, "scoring/rule.html", context, status=status)


def _draft(request: HttpRequest, model_id: int) -> ScoringModel:
    if not request.user.runs_marketing:
        raise PermissionDenied
    drafts = scope(request.user, ScoringModel, "update").filter(is_active=False)
    return get_object_or_404(drafts.with_rules(), pk=model_id)


def _rule_at(model: ScoringModel, place: int) -> Rule:
    rules = list(model.rules.all())
    if place >= len(rules):
        raise Http404
    return rules[place]
