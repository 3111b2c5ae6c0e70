"""The figures of both teams, and promises, as reports."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from insights.kpis.definitions import Figure, Scope
from insights.kpis.words import change_text, target_text, value_text
from insights.reports.definitions import Asked, Content, Line, Part
from insights.selectors.figure_pages import all_figures, finding
from insights.selectors.findings.steps import weakest_sentence
from insights.selectors.funnel import funnel, live_journeys, weakest
from insights.selectors.promises import promises
from leadhub.templatetags.ui import grouped


def figures_report(asked: Asked) -> Content:
    """All figures there are with their change; what is missed or worse comes first."""
    found = all_figures(Scope(asked.period, viewer=asked.reader))
    lines = [
        Line(
            (str(row.label), value_text(row), change_text(row), target_text(row)),
            row.url,
        )
        for row in found
    ]
    head = (
        _("Figure"),
        pgettext("of a figure", "Value"),
        pgettext("of a figure", "Change"),
        pgettext("of a figure", "Target"),
    )
    journeys = live_journeys(asked.reader)
    parts = [Part(_("Figures"), head, lines)]
    sentences = [_first_of(found)]
    if journeys:
        step = weakest(funnel(journeys[0], asked.period))
        sentences.append(weakest_sentence(step) if step else "")
    said = " ".join(filter(None, sentences)) or _("Nothing has become worse.")
    url = f"{reverse('insights:figures')}?{asked.period.query}"
    return Content(said, parts, url)


def promises_report(asked: Asked) -> Content:
    """What both teams promised each other, and what they kept."""
    found = promises(Scope(asked.period, viewer=asked.reader))
    lines = [
        Line(
            (
                str(promise.label),
                str(promise.team),
                grouped(promise.kept),
                grouped(promise.missed),
            ),
            promise.missed_url,
        )
        for promise in found
    ]
    missed = max(found, key=lambda promise: promise.missed)
    sentence = _("No promise was missed.")
    if missed.missed:
        sentence = _("Missed most often: %(promise)s (%(count)s of %(all)s).") % {
            "promise": missed.label,
            "count": grouped(missed.missed),
            "all": grouped(missed.missed + missed.kept),
        }
    head = (_("Promise"), _("Team"), _("Kept"), _("Missed"))
    url = f"{reverse('insights:today')}?{asked.period.query}&show=figures"
    return Content(sentence, [Part(_("Promises kept and missed"), head, lines)], url)


def _first_of(found: list[Figure]) -> str:
    what, row = finding(found)
    if row is None:
        return _("All targets are met.") if what == "met" else ""
    sentence = {
        "missed": _("%(figure)s misses its target: %(value)s of %(target)s."),
        "worse": _("%(figure)s became worse: %(value)s, %(change)s."),
        "better": _("%(figure)s became better: %(value)s, %(change)s."),
    }[what]
    return sentence % {
        "figure": row.label,
        "value": value_text(row),
        "change": change_text(row),
        "target": target_text(row),
    }
