"""The weakest step of a journey, and how it changed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from insights.selectors import health_links as links
from insights.selectors.findings.record import WEAKEST, Finding, Severity
from insights.selectors.funnel import Step
from insights.selectors.health import Health
from leadhub.templatetags.ui import grouped, percent


def weakest_finding(found: Health) -> Finding | None:
    """The step from which the smallest share moves on; None if all have too few."""
    step = found.weakest
    if step is None:
        return None
    return Finding(
        code=WEAKEST,
        severity=Severity.MEDIUM,
        sentence=weakest_sentence(step),
        change=weakest_change(step),
        value=step.share or 0.0,
        before=step.share_before,
        unit="%",
        contacts=step.entered - step.moved_on,
        url=links.entered_url(step.phase, found.span, moved_on="false"),
        phase=step.phase,
    )


def weakest_sentence(step: Step) -> str:
    return _(
        "Weakest step: from %(phase)s %(share)s move on to %(next)s or later, "
        "%(moved_on)s of %(entered)s."
    ) % {
        "phase": step.phase.name,
        "next": step.next.name if step.next else "",
        "share": percent((step.share or 0) / 100),
        "moved_on": grouped(step.moved_on),
        "entered": grouped(step.entered),
    }


def weakest_change(step: Step) -> str:
    """How its share was in the period before, and whether that says anything."""
    if step.share_before is None:
        return _("In the period before, too few came into it to compare.")
    words = {"before": percent(step.share_before / 100)}
    if step.has_changed:
        return _("It was %(before)s in the period before.") % words
    return (
        _("It was %(before)s in the period before; the difference may be chance.")
        % words
    )
