"""The score on the contact's page."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import scope
from contacts.models import Contact
from journeys.models import Interaction
from leadhub.moments import coming_day_text
from scoring.models import Rule
from scoring.selectors.explain import Explanation, explain
from scoring.selectors.interactions import interactions_of_rule
from scoring.selectors.series import totals_at

DAYS = 90
SHOWN_INTERACTIONS = 20


@login_required
@require_GET
def contact_score(request: HttpRequest, contact_id: int) -> HttpResponse:
    """The score line by line, at a day up to 90 days back or ahead."""
    contact = get_object_or_404(scope(request.user, Contact, "read"), pk=contact_id)
    days = _days(request.GET.get("day"))
    now = timezone.now()
    at = now + timedelta(days=days)
    explanation = explain(contact, at)
    falls = explanation.falls_below_at
    context = {
        "contact": contact,
        "explanation": explanation,
        "days": days,
        "span": DAYS,
        "falls": coming_day_text(falls, now=now) if falls else "",
        "lines": explanation.contributions,
        **_series(contact, explanation, now),
    }
    return render(request, "scoring/_contact_score.html", context)


@login_required
@require_GET
def contribution(request: HttpRequest, contact_id: int, rule_id: int) -> HttpResponse:
    """What a line of the score consists of: the latest interactions that count."""
    contact = get_object_or_404(scope(request.user, Contact, "read"), pk=contact_id)
    rule = get_object_or_404(scope(request.user, Rule, "read"), pk=rule_id)
    at = timezone.now() + timedelta(days=_days(request.GET.get("day")))
    interactions = scope(request.user, Interaction, "read")
    rows = interactions_of_rule(interactions, contact, rule, at=at)
    context = {"rule": rule, "rows": rows[:SHOWN_INTERACTIONS]}
    return render(request, "scoring/_contribution.html", context)


def _days(text: str | None) -> int:
    try:
        return max(-DAYS, min(int(text or 0), DAYS))
    except ValueError:
        return 0


def _series(
    contact: Contact, explanation: Explanation, now: datetime
) -> dict[str, Any]:
    if explanation.model is None:
        return {}
    moments = [now + timedelta(days=day) for day in range(-DAYS, 1)]
    totals = totals_at(contact, explanation.model, moments)
    return {
        "series": [
            (date_format(timezone.localtime(moment), "DAY_FORMAT"), total)
            for moment, total in zip(moments, totals, strict=True)
        ],
        "finding": _("From %(then)d to %(now)d points in %(days)d days")
        % {"then": int(totals[0] // 1), "now": int(totals[-1] // 1), "days": DAYS},
        "rises": totals[-1] - totals[-8],
    }
