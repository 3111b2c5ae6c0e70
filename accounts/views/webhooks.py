"""Webhooks: set up and shown once, changed, tried out; their deliveries."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import WebhookDelivery, WebhookEndpoint
from accounts.permissions import scope
from accounts.services.webhooks import (
    change_webhook,
    create_webhook,
    delete_webhook,
    replay_delivery,
    rotate_secret,
    try_webhook,
)
from accounts.webhook_forms import ChangedWebhookForm, WebhookForm
from leadhub.errors import DomainError
from leadhub.keyset import page_of

A_PAGE = 50
TAB = {"tab": "webhooks"}


@login_required
def webhook_list(request: HttpRequest) -> HttpResponse:
    """All of them, and a form for one more."""
    _administrators_only(request)
    form = WebhookForm(request.POST or None)
    context = TAB | {"form": form}
    if request.method == "POST" and form.is_valid():
        try:
            endpoint, secret = create_webhook(
                **form.cleaned_data, by=request.user, at=timezone.now()
            )
        except DomainError as refusal:
            _show(form, refusal)
        else:
            context |= {"form": WebhookForm(), "secret": secret, "made": endpoint}
    rows = scope(request.user, WebhookEndpoint, "update").with_backlog()
    context["webhooks"] = rows.order_by("name", "pk")
    status = 422 if context["form"].is_bound else 200
    return render(request, "accounts/webhooks.html", context, status=status)


@login_required
@require_GET
def webhook(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """One with its latest deliveries."""
    return _detail(request, _webhook(request, webhook_id))


@login_required
def webhook_edit(request: HttpRequest, webhook_id: int) -> HttpResponse:
    endpoint = _webhook(request, webhook_id)
    names = ("name", "url", "events", "is_active")
    initial = {name: getattr(endpoint, name) for name in names}
    form = ChangedWebhookForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_webhook(endpoint=endpoint, values=form.cleaned_data)
        except DomainError as refusal:
            _show(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("accounts:webhook", endpoint.pk)
    context = TAB | {"form": form, "webhook": endpoint}
    status = 422 if form.is_bound else 200
    return render(request, "accounts/webhook_edit.html", context, status=status)


@login_required
@require_POST
def webhook_rotate(request: HttpRequest, webhook_id: int) -> HttpResponse:
    """The page of the webhook, with its new secret: the only time it is shown."""
    endpoint = _webhook(request, webhook_id)
    endpoint, secret = rotate_secret(endpoint=endpoint, at=timezone.now())
    return _detail(request, endpoint, secret=secret)


@login_required
@require_POST
def webhook_test(request: HttpRequest, webhook_id: int) -> HttpResponse:
    endpoint = _webhook(request, webhook_id)
    try:
        try_webhook(endpoint=endpoint, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        said = _("A test is on its way. How it went stands below.")
        messages.success(request, said if endpoint.url else _("A test is in the feed."))
    return redirect("accounts:webhook", endpoint.pk)


@login_required
@require_POST
def webhook_delete(request: HttpRequest, webhook_id: int) -> HttpResponse:
    endpoint = _webhook(request, webhook_id)
    delete_webhook(endpoint=endpoint)
    messages.success(request, _("%(name)s was deleted.") % {"name": endpoint})
    return redirect("accounts:webhooks")


@login_required
@require_POST
def delivery_replay(request: HttpRequest, delivery_id: int) -> HttpResponse:
    _administrators_only(request)
    rows = scope(request.user, WebhookDelivery, "replay")
    delivery = get_object_or_404(rows, pk=delivery_id)
    try:
        replay_delivery(delivery=delivery, at=timezone.now())
    except DomainError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("It is sent once more."))
    return redirect("accounts:webhook", delivery.endpoint_id)


def _detail(
    request: HttpRequest, endpoint: WebhookEndpoint, *, secret: str = ""
) -> HttpResponse:
    rows = scope(request.user, WebhookDelivery, "read").filter(endpoint=endpoint)
    status = request.GET.get("status", "")
    if status in WebhookDelivery.Status.values:
        rows = rows.filter(status=status)
    page = page_of(
        rows.select_related("event"),
        ordering=("-id",),
        size=A_PAGE,
        cursor=request.GET.get("cursor", ""),
    )
    context = TAB | {
        "webhook": endpoint,
        "secret": secret,
        "page": page,
        "status": status,
        "statuses": WebhookDelivery.Status.choices,
        "now": timezone.now(),
    }
    return render(request, "accounts/webhook.html", context)


def _administrators_only(request: HttpRequest) -> None:
    if not request.user.is_administrator:
        raise PermissionDenied


def _webhook(request: HttpRequest, webhook_id: int) -> WebhookEndpoint:
    _administrators_only(request)
    rows = scope(request.user, WebhookEndpoint, "update")
    return get_object_or_404(rows, pk=webhook_id)


def _show(form: forms.Form, refusal: DomainError) -> None:
    attr = getattr(refusal, "attr", None)
    form.add_error(attr if attr in form.fields else None, str(refusal))
