"""How a journey really goes: its health, its flow, and the editor's panel of both."""

from __future__ import annotations

import csv
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.permissions import scope
from contacts.imports.mapping import escaped
from insights.selectors import health_links as links
from insights.selectors.findings.ranking import findings
from insights.selectors.findings.steps import weakest_finding
from insights.selectors.flow import MOST, VARIANTS, Flow, Kind
from insights.selectors.funnel import ENOUGH
from insights.selectors.health import Health, PhaseHealth, health
from insights.views.periods import period_of
from journeys.models import Journey


@login_required
@require_GET
def journey_health(request: HttpRequest, journey_id: int) -> HttpResponse:
    """The weakest step, what is wrong, and each phase and measure with its numbers."""
    found = _health(request, journey_id)
    context = _context(found) | {
        "rows": [_row(found, row) for row in found.phases],
        "measures": [
            {
                "effect": effect,
                "url": links.touched_url(effect.measure, found.span),
                "moved_url": links.touched_url(
                    effect.measure, found.span, brought_on="true"
                ),
            }
            for effect in found.measures
        ],
        "moved_url": links.moved_url(found.journey, found.span),
    }
    return render(request, "insights/journey_health.html", context)


@login_required
@require_GET
def journey_flow(request: HttpRequest, journey_id: int) -> HttpResponse:
    """The ways that contacts took: as a chart, as variants, and move by move."""
    found = _health(request, journey_id)
    flow = Flow(found)
    ways, others = flow.ways(MOST if request.GET.get("ways") == "all" else VARIANTS)
    context = _context(found) | {
        "streams": flow.streams(),
        "chart": flow.chart(),
        "kinds": list(Kind),
        "ways": ways,
        "others": others,
        "moves": flow.moves(),
        "moved_url": links.moved_url(found.journey, found.span),
    }
    return render(request, "insights/journey_flow.html", context)


@login_required
@require_GET
def journey_health_file(request: HttpRequest, journey_id: int) -> HttpResponse:
    """The findings as CSV."""
    found = _health(request, journey_id)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    name = f"journey-health-{found.journey.pk}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    rows = csv.writer(response)
    rows.writerow(
        "code severity phase measure value before unit contacts finding change".split()
    )
    weak = weakest_finding(found)
    for flaw in [*([weak] if weak else []), *findings(found)]:
        rows.writerow(
            [
                flaw.code,
                flaw.severity.key,
                escaped(str(flaw.phase or "")),
                escaped(str(flaw.measure or "")),
                flaw.value,
                "" if flaw.before is None else flaw.before,
                flaw.unit,
                flaw.contacts,
                escaped(flaw.sentence),
                flaw.change,
            ]
        )
    return response


@login_required
@require_GET
def journey_health_panel(request: HttpRequest, journey_id: int) -> HttpResponse:
    """For the editor: the worst on top, and to each phase what is wrong with it."""
    found = _health(request, journey_id)
    context = _context(found)
    context["rows"] = [
        {
            **_row(found, row),
            "flaws": [flaw for flaw in context["findings"] if flaw.phase == row.phase],
        }
        for row in found.phases
    ]
    return render(request, "insights/_journey_health_panel.html", context)


def _health(request: HttpRequest, journey_id: int) -> Health:
    journey = get_object_or_404(scope(request.user, Journey, "read"), pk=journey_id)
    return health(journey, period_of(request), at=timezone.now())


def _context(found: Health) -> dict[str, Any]:
    return {
        "health": found,
        "journey": found.journey,
        "period": found.period,
        "weakest": weakest_finding(found),
        "findings": findings(found),
        "enough": ENOUGH,
    }


def _row(found: Health, row: PhaseHealth) -> dict[str, Any]:
    """A phase with the lists of its numbers."""
    phase, period = row.phase, found.span
    return {
        "health": row,
        "phase": phase,
        "entered_url": links.entered_url(phase, period),
        "moved_on_url": links.entered_url(phase, period, moved_on="true"),
        "skipped_url": links.moved_url(found.journey, period, skipped=phase.pk),
        "repeated_url": links.moved_url(found.journey, period, repeated=phase.pk),
        "here_url": links.here_url(phase, found.at),
        "stalled_url": links.stalled_url(phase, found.at),
        "is_slow": row.median_days is not None
        and phase.target_days is not None
        and row.median_days > phase.target_days,
    }
