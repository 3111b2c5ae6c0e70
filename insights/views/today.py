"""Today: what wants somebody, then how things stand."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.permissions import scope
from insights.kpis.definitions import Scope
from insights.kpis.registry import DEAL_TILES, TILES, figures
from insights.models import FigureSettings
from insights.selectors.declines import declines
from insights.selectors.distribution import histogram, new_contacts_by_channel
from insights.selectors.first_run import demo_state, first_steps
from insights.selectors.funnel import Step, funnel, live_journeys, weakest
from insights.selectors.lists import contacts_url
from insights.selectors.losses import losses
from insights.selectors.measure_activity import measure_activities
from insights.selectors.periods import Period
from insights.selectors.promises import promises
from insights.selectors.queue import late_handoffs, sentence_of_the_day, tasks_of
from insights.selectors.targets import with_targets
from insights.selectors.workload import workloads
from insights.views.periods import period_of
from journeys.models import Journey
from journeys.models.interaction import Channel
from leadhub.templatetags.ui import percent
from sales.models import Deal, Handoff
from scoring.models import ScoringModel

WIDTH, BARS = 10, 14


@login_required
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    tasks, count = tasks_of(request.user, at=now)
    context = {
        "tasks": tasks,
        "count": count,
        "sentence": sentence_of_the_day(count, late_handoffs(request.user, at=now)),
        "period": period_of(request),
        # On phones one of both is seen.
        "show": "figures" if request.GET.get("show") == "figures" else "queue",
        "rest_url": _rest_url(request.user),
    }
    return render(request, "insights/today.html", context | _first_run(request))


@login_required
@require_GET
def numbers(request: HttpRequest) -> HttpResponse:
    """Panel: the five figures, the funnel, the channels and the scores."""
    period = period_of(request)
    asked = Scope(period, viewer=request.user)
    deals = scope(request.user, Deal, "read")
    journeys = live_journeys(request.user)
    journey = _chosen(request, journeys)
    steps = funnel(journey, period) if journey else []
    default = scope(request.user, ScoringModel, "read").active().filter(journey=None)
    model = default.first()
    context = {
        "period": period,
        "figures": with_targets(figures([*TILES, *DEAL_TILES], asked), asked),
        "losses": losses(period, rows=deals),
        **_of_role(request.user, asked),
        "journeys": journeys,
        "journey": journey,
        "steps": _steps(steps, period),
        "weakest": weakest(steps),
        "channels": _channels(period),
        "bins": [
            (place * WIDTH, (place + 1) * WIDTH, count)
            for place, count in enumerate(histogram(width=WIDTH, bars=BARS))
        ],
        "model": model,
    }
    return render(request, "insights/_numbers.html", context)


def _of_role(user: User, asked: Scope) -> dict[str, Any]:
    """What only some look at: both teams' promises and loads, or what is idle."""
    found: dict[str, Any] = {}
    if user.leads:
        rows = scope(user, Handoff, "read")
        found["promises"] = promises(asked)
        found["declines"] = declines(asked.period, rows=rows)
        if FigureSettings.current().compares_reps:
            found["workloads"] = workloads(at=asked.at)
    if user.runs_marketing:
        found["activities"] = measure_activities(user, asked.period)
    return found


def _first_run(request: HttpRequest) -> dict[str, Any]:
    """The banner of the demo, and for administrators what is left to set up."""
    demo, is_admin = demo_state(), request.user.is_administrator
    steps = first_steps(demo.demo if demo else None) if is_admin else []
    done = sum(step.is_done for step in steps)
    return {
        "demo": demo,
        "may_remove_demo": is_admin,
        "steps": steps if done < len(steps) else [],
        "steps_done": done,
    }


def _rest_url(user: User) -> str:
    """Where the tasks are that Today has no room for."""
    if user.role == User.Role.REP:
        return reverse("accounts:inbox")
    return f"{reverse('sales:list')}?status={Handoff.Status.OFFERED}"


def _chosen(request: HttpRequest, journeys: list[Journey]) -> Journey | None:
    wanted = request.GET.get("journey", "")
    chosen = [journey for journey in journeys if str(journey.pk) == wanted]
    return (chosen or journeys or [None])[0]


def _channels(period: Period) -> dict[str, Any]:
    """New contacts by week and channel of their first touch."""
    weeks, series = new_contacts_by_channel(period)
    labels = dict(Channel.choices) | {"": Channel.OTHER.label}
    rows = [
        {
            "label": labels.get(channel, channel),
            "counts": counts,
            "total": sum(counts),
        }
        for channel, counts in series.items()
    ]
    names = [date_format(week, "DAY_FORMAT") for week in weeks]
    return {"names": names, "series": rows, "first": rows[0] if rows else None}


def _steps(steps: list[Step], period: Period) -> list[dict[str, Any]]:
    most = max((step.entered for step in steps), default=0) or 1
    worst = weakest(steps)
    return [
        {
            "label": step.phase.name,
            "count": step.entered,
            "url": contacts_url(
                entered_phase=step.phase.pk,
                entered_since=period.since.isoformat(),
                entered_before=period.until.isoformat(),
            ),
            "share": step.entered / most,
            "left": _("%(share)s moved on") % {"share": percent(step.share / 100)}
            if step.next and step.share is not None
            else "",
            "is_weakest": step is worst,
        }
        for step in steps
    ]
