"""Reports > Scheduled: who gets which report by mail, a look at it, one at once."""

from __future__ import annotations

from django.conf import settings
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
from insights.emails import report_context
from insights.models import ReportSubscription
from insights.report_forms import SubscriptionForm
from insights.reports.registry import REPORTS
from insights.selectors.report_mails import asked_of, last_mails, period_on
from insights.services.subscriptions import (
    BadSubscription,
    NotForThem,
    send_now,
    subscribe,
    unsubscribe,
)

SHOWN = 200


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def scheduled(request: HttpRequest) -> HttpResponse:
    form = SubscriptionForm(request.POST or None, user=request.user)
    if request.method == "POST":
        if not request.user.may_write:
            raise PermissionDenied
        if form.is_valid() and _subscribed(request, form):
            return redirect("insights:scheduled")
    rows = scope(request.user, ReportSubscription, "read")
    rows = rows.select_related("user", "journey").order_by("user", "report", "pk")
    found = list(rows[:SHOWN])
    mails = last_mails(found)
    context = {
        "rows": [
            {
                "row": row,
                "name": REPORTS[row.report].name if row.report in REPORTS else "",
                "last": mails.get(row.pk),
            }
            for row in found
        ],
        "form": form,
    }
    status = 422 if form.is_bound else 200
    return render(request, "insights/scheduled.html", context, status=status)


@login_required
@require_GET
def scheduled_preview(request: HttpRequest, subscription_id: int) -> HttpResponse:
    """As it would be mailed to whoever looks, today."""
    row = _row(request, subscription_id, "read")
    period = period_on(row, None, at=timezone.now())
    asked = asked_of(row, reader=request.user, period=period)
    if asked is None:
        raise Http404
    context = report_context(row.report, asked) | {"row": row, "site": ""}
    return render(request, "insights/scheduled_preview.html", context)


@login_required
@require_POST
def scheduled_send(request: HttpRequest, subscription_id: int) -> HttpResponse:
    row = _row(request, subscription_id, "send")
    send_now(subscription=row, by=request.user, at=timezone.now())
    if settings.EMAIL_BACKEND.endswith(".filebased.EmailBackend"):
        text = _("No mail server is set up: it stays on this machine, and reads so.")
        messages.success(request, text)
        return redirect("insights:scheduled_preview", row.pk)
    text = _("It is on its way to %(address)s.") % {"address": request.user.email}
    messages.success(request, text)
    return redirect("insights:scheduled")


@login_required
@require_POST
def scheduled_end(request: HttpRequest, subscription_id: int) -> HttpResponse:
    unsubscribe(subscription=_row(request, subscription_id, "delete"))
    messages.success(request, _("This report comes no more."))
    return redirect("insights:scheduled")


def _row(request: HttpRequest, pk: int, action: str) -> ReportSubscription:
    rows = scope(request.user, ReportSubscription, action)
    return get_object_or_404(rows.select_related("user", "journey"), pk=pk)


def _subscribed(request: HttpRequest, form: SubscriptionForm) -> bool:
    data = dict(form.cleaned_data)
    users = list(data.pop("users", [])) if request.user.leads else [request.user]
    try:
        subscribe(**data, users=users, by=request.user, at=timezone.now())
    except (BadSubscription, NotForThem) as refusal:
        attr = getattr(refusal, "attr", None)
        form.add_error(attr if attr in form.fields else None, str(refusal))
        return False
    messages.success(request, _("It will come by mail."))
    return True
