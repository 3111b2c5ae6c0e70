"""Reports: what the figures of both teams come from."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.permissions import scope
from insights.selectors.declines import declines
from insights.selectors.losses import losses
from insights.selectors.periods import last_days
from insights.views.periods import period_of
from sales.models import Deal, Handoff, HandoffCause
from scoring.models import ScoringModel

RULE_DAYS = 90
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
        "losses": losses(period, rows=scope(request.user, Deal, "read")),
    }
    return render(request, "insights/reports.html", context)


@login_required
@require_GET
def rule_declines(request: HttpRequest, model_id: int) -> HttpResponse:
    """What sales said to the leads that a scoring model's rules had led to. A panel."""
    models = scope(request.user, ScoringModel, "read").with_rules()
    model = get_object_or_404(models, pk=model_id)
    period = last_days(RULE_DAYS, at=timezone.now())
    names = [rule.name for rule in model.rules.all()]
    found = declines(period, rows=scope(request.user, Handoff, "read"))
    lines = [
        line for line in found.causes[HandoffCause.Kind.RULE] if line.name in set(names)
    ]
    context = {"model": model, "lines": lines, "days": RULE_DAYS}
    return render(request, "insights/_rule_declines.html", context)
