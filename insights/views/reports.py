"""Reports: what the figures of both teams come from."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.permissions import scope
from insights.selectors.declines import declines
from insights.selectors.losses import loss_reasons
from insights.views.periods import period_of
from sales.models import Deal, Handoff, HandoffCause

HEADINGS = {
    HandoffCause.Kind.RULE: _("Declined leads by scoring rule"),
    HandoffCause.Kind.CAMPAIGN: _("Declined leads by campaign"),
    HandoffCause.Kind.MEASURE: _("Declined leads by measure"),
}


@login_required
@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """Why leads were declined, by what had brought them, and why deals were lost."""
    period = period_of(request)
    found = declines(period, rows=scope(request.user, Handoff, "read"))
    context = {
        "period": period,
        "declines": found,
        "causes": [
            (heading, found.causes[kind])
            for kind, heading in HEADINGS.items()
            if found.causes[kind]
        ],
        "loss_reasons": loss_reasons(period, rows=scope(request.user, Deal, "read")),
    }
    return render(request, "insights/reports.html", context)
