"""Topics, by what pages are seen to be about them, and how interests fade."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.permissions import scope
from campaigns.event_forms import FadingForm, TopicForm
from campaigns.models import InterestSettings, Topic
from campaigns.services.topics import (
    delete_topic,
    save_interest_settings,
    save_topic,
)
from leadhub.errors import DomainError

MOST = 500


@login_required
@require_GET
def topic_list(request: HttpRequest) -> HttpResponse:
    return _list_page(request)


@login_required
@require_http_methods(["GET", "POST"])
def topic_edit(request: HttpRequest, topic_id: int | None = None) -> HttpResponse:
    _check_may(request)
    topic = _topic(request, topic_id) if topic_id else Topic()
    form = TopicForm(request.POST or None, topic=topic)
    if request.method == "POST" and form.is_valid():
        try:
            save_topic(topic=topic, by=request.user, at=timezone.now(), **form.values())
        except DomainError as refusal:
            if refusal.code == "name_taken":
                form.add_error("name", str(refusal))
            else:
                form.add_refusal(refusal)
        else:
            messages.success(request, _("Topic saved."))
            return redirect("campaigns:topics")
    context = {"form": form, "topic": topic if topic_id else None}
    status = 422 if form.errors else 200
    return render(request, "campaigns/topic.html", context, status=status)


@login_required
@require_POST
def topic_delete(request: HttpRequest, topic_id: int) -> HttpResponse:
    _check_may(request)
    topic = _topic(request, topic_id)
    try:
        delete_topic(topic=topic)
    except DomainError as refusal:
        messages.error(request, str(refusal))
        return redirect("campaigns:topic", topic_id)
    messages.success(request, _("%(name)s was deleted.") % {"name": topic})
    return redirect("campaigns:topics")


@login_required
@require_POST
def fading(request: HttpRequest) -> HttpResponse:
    _check_may(request)
    form = FadingForm(request.POST, current=InterestSettings.current())
    if form.is_valid():
        try:
            save_interest_settings(by=request.user, at=timezone.now(), **form.values())
        except DomainError as refusal:
            form.add_refusal(refusal)
        else:
            messages.success(request, _("Saved. All interests are counted anew."))
            return redirect("campaigns:topics")
    return _list_page(request, form)


def _list_page(request: HttpRequest, form: FadingForm | None = None) -> HttpResponse:
    rows = scope(request.user, Topic, "read").annotate(
        rule_count=Count("rules", distinct=True),
    )
    current = InterestSettings.current()
    context = {
        "topics": rows.order_by("name", "pk")[:MOST],
        "form": form or FadingForm(current=current),
        "half_life_days": current.half_life_days,
        "may_write": request.user.runs_marketing,
    }
    status = 422 if form and form.errors else 200
    return render(request, "campaigns/topics.html", context, status=status)


def _topic(request: HttpRequest, topic_id: int) -> Topic:
    return get_object_or_404(scope(request.user, Topic, "update"), pk=topic_id)


def _check_may(request: HttpRequest) -> None:
    if not request.user.runs_marketing:
        raise PermissionDenied
