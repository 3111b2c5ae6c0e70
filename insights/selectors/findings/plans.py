"""Measures that bring nothing, and a plan that nobody has looked at."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from insights.selectors import health_links as links
from insights.selectors.findings.record import Finding, Severity
from insights.selectors.funnel import ENOUGH
from insights.selectors.health import Health
from insights.selectors.measure_effects import MeasureEffect
from leadhub.money import money_text
from leadhub.templatetags.ui import grouped


def of_measure(found: Health, effect: MeasureEffect) -> Iterator[Finding]:
    if not effect.interactions and (effect.cost or effect.is_carried):
        yield _idle(found, effect)
    elif (
        effect.interactions >= ENOUGH
        and not effect.moved_on
        and (effect.contacts >= ENOUGH or not effect.contacts)
    ):
        yield _fruitless(found, effect)


def _idle(found: Health, effect: MeasureEffect) -> Finding:
    measure, before = effect.measure, effect.interactions_before
    words = {"measure": measure.name, "cost": money_text(effect.cost, places=0)}
    sentence = _("“%(measure)s” set nothing in motion in this period.")
    if effect.cost:
        sentence = _(
            "“%(measure)s” costs %(cost)s and set nothing in motion in this period."
        )
    change = ""
    if before:
        change = ngettext(
            "There was %(before)s interaction in the period before.",
            "There were %(before)s interactions in the period before.",
            before,
        ) % {"before": grouped(before)}
    return Finding(
        code="idle_measure",
        severity=Severity.HIGH if effect.cost else Severity.MEDIUM,
        sentence=sentence % words,
        value=0,
        contacts=0,
        url=links.touched_url(measure, found.span),
        change=change,
        before=before,
        phase=measure.phase,
        measure=measure,
    )


def _fruitless(found: Health, effect: MeasureEffect) -> Finding:
    measure = effect.measure
    words = {
        "measure": measure.name,
        "contacts": grouped(effect.contacts),
        "interactions": grouped(effect.interactions),
    }
    sentence = _(
        "“%(measure)s” touched %(contacts)s contacts, and none of them came into a "
        "later phase after that."
    )
    if not effect.contacts:
        sentence = _(
            "“%(measure)s” was used %(interactions)s times, and by nobody whom we know "
            "as a contact."
        )
    return Finding(
        code="fruitless_measure",
        severity=Severity.MEDIUM,
        sentence=sentence % words,
        value=0,
        contacts=effect.contacts,
        url=links.touched_url(measure, found.span),
        phase=measure.phase,
        measure=measure,
    )


def of_review(found: Health) -> Iterator[Finding]:
    review = found.journey.review_date
    days = (timezone.localdate(found.at) - review).days if review else 0
    if review is None or days <= 0:
        return
    yield Finding(
        code="review_overdue",
        severity=Severity.LOW,
        sentence=ngettext(
            "The journey was to be reviewed by %(date)s, %(days)s day ago.",
            "The journey was to be reviewed by %(date)s, %(days)s days ago.",
            days,
        )
        % {"date": date_format(review, "SHORT_DATE_FORMAT"), "days": grouped(days)},
        value=days,
        unit="d",
        contacts=0,
        url=reverse("journeys:detail", args=[found.journey.pk]),
    )
