"""How a journey really goes, as a report."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from insights.reports.definitions import Asked, Content, Line, Part
from insights.selectors.findings.ranking import findings
from insights.selectors.findings.steps import weakest_finding
from insights.selectors.funnel import Step
from insights.selectors.health import health
from insights.selectors.health_links import entered_url
from leadhub.templatetags.ui import grouped, percent

SHOWN = 10


def health_report(asked: Asked) -> Content:
    """The weakest step first; then what is wrong, worst first, and the funnel."""
    found = health(asked.journey, asked.period, at=timezone.now())
    weak, flaws = weakest_finding(found), findings(found)
    said = _("Too few contacts entered a phase to say which step is the weakest.")
    if weak is not None:
        said = " ".join(filter(None, [weak.sentence, weak.change]))
    wrong = [
        Line((flaw.sentence, str(flaw.severity.label), flaw.change or "–"), flaw.url)
        for flaw in flaws[:SHOWN]
    ]
    steps = [_line(row.step, asked) for row in found.phases]
    parts = [
        Part(_("What is wrong"), (_("Finding"), _("How bad"), _("Change")), wrong),
        Part(
            asked.journey.name,
            (_("Phase"), _("Entered"), _("Moved on"), _("In the period before")),
            steps,
        ),
    ]
    url = reverse("insights:journey_health", args=[asked.journey.pk])
    return Content(said, parts, f"{url}?{asked.period.query}")


def _line(step: Step, asked: Asked) -> Line:
    shares = (step.share, step.share_before)
    before_and_now = [
        percent(share / 100) if step.next and share is not None else "–"
        for share in shares
    ]
    return Line(
        (step.phase.name, grouped(step.entered), *before_and_now),
        entered_url(step.phase, asked.period),
    )
