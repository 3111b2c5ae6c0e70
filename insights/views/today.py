"""Today: what wants somebody, then how things stand."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.permissions import scope
from insights.selectors.distribution import histogram, new_contacts_by_channel
from insights.selectors.figures import figures
from insights.selectors.funnel import Step, funnel, weakest
from insights.selectors.periods import CHOICES, Period, last_days
from insights.selectors.queue import late_handoffs, sentence_of_the_day, tasks_of
from journeys.models import Journey
from journeys.models.interaction import Channel
from scoring.models import ScoringModel

WIDTH, BARS = 10, 14
SERIES = ("c1", "c2", "c3", "c4")


@login_required
@require_GET
def today(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    tasks, count = tasks_of(request.user, at=now)
    context = {
        "tasks": tasks,
        "count": count,
        "sentence": sentence_of_the_day(count, late_handoffs(request.user, at=now)),
        "period": _period(request),
        "choices": CHOICES,
    }
    return render(request, "insights/today.html", context)


@login_required
@require_GET
def numbers(request: HttpRequest) -> HttpResponse:
    """Panel: the five figures, the funnel, the channels and the scores."""
    period = _period(request)
    journeys = _journeys(request)
    journey = _chosen(request, journeys)
    steps = funnel(journey, period) if journey else []
    default = scope(request.user, ScoringModel, "read").active().filter(journey=None)
    model = default.first()
    context = {
        "period": period,
        "figures": figures(period),
        "journeys": journeys,
        "journey": journey,
        "steps": _steps(steps),
        "weakest": weakest(steps),
        "channels": _channels(period),
        "bins": [
            (place * WIDTH, (place + 1) * WIDTH, count)
            for place, count in enumerate(histogram(width=WIDTH, bars=BARS))
        ],
        "model": model,
    }
    return render(request, "insights/_numbers.html", context)


def _period(request: HttpRequest) -> Period:
    wanted = request.GET.get("days", "")
    days = int(wanted) if wanted in map(str, CHOICES) else 30
    return last_days(days, at=timezone.now())


def _journeys(request: HttpRequest) -> list[Journey]:
    """Live journeys, the one with most contacts in it first."""
    live = scope(request.user, Journey, "read").live()
    here = Count("phases__visits", filter=Q(phases__visits__left_at=None))
    return list(live.annotate(here=here).order_by("-here", "pk"))


def _chosen(request: HttpRequest, journeys: list[Journey]) -> Journey | None:
    wanted = request.GET.get("journey", "")
    chosen = [journey for journey in journeys if str(journey.pk) == wanted]
    return (chosen or journeys or [None])[0]


def _channels(period: Period) -> dict[str, Any]:
    """New contacts by week and channel, as bars whose parts stand on each other."""
    weeks, series = new_contacts_by_channel(period)
    labels = dict(Channel.choices) | {"": Channel.OTHER.label}
    totals = [
        sum(counts[place] for counts in series.values()) for place in range(len(weeks))
    ]
    highest = max(totals, default=0) or 1
    columns = []
    for place, week in enumerate(weeks):
        top, parts = 0.0, []
        for color, counts in zip(SERIES, series.values(), strict=False):
            height = 100 * counts[place] / highest
            parts.append({"color": color, "y": 100 - top - height, "height": height})
            top += height
        columns.append(
            {"week": week, "parts": parts, "x": place, "total": totals[place]}
        )
    legend = [
        {
            "color": color,
            "label": labels.get(channel, channel),
            "counts": counts,
            "total": sum(counts),
        }
        for color, (channel, counts) in zip(SERIES, series.items(), strict=False)
    ]
    return {"columns": columns, "legend": legend, "weeks": weeks, "most": highest}


def _steps(steps: list[Step]) -> list[dict[str, Any]]:
    most = max((step.entered for step in steps), default=0) or 1
    worst = weakest(steps)
    return [
        {
            "label": step.phase.name,
            "count": step.entered,
            "share": step.entered / most,
            "left": _("entered in the period"),
            "right": _("%d %% moved on") % step.share
            if step.next and step.share is not None
            else "",
            "is_weakest": step is worst,
        }
        for step in steps
    ]
