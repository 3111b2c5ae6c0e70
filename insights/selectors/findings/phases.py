"""Phases that nobody enters, that are skipped, and in which contacts stall."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from insights.selectors import health_links as links
from insights.selectors.findings.record import Finding, Severity, per_cent, was
from insights.selectors.funnel import ENOUGH
from insights.selectors.health import Health, PhaseHealth
from insights.selectors.stays import stays_of
from journeys.models import Phase
from leadhub.templatetags.ui import grouped, percent

# Shares from which on something is worth a line, and from which on it is grave.
SKIPPED, MOSTLY_SKIPPED = 0.25, 0.5
STALLED, MOSTLY_STALLED = 0.2, 0.4
REPEATED = 0.1


def of_phases(found: Health) -> Iterator[Finding]:
    unused = [row for row in found.phases if row.is_step and not row.step.entered]
    ever: set[int] = set()
    if unused and found.contacts >= ENOUGH:
        stays = stays_of(found.journey).filter(phase__in=[r.phase for r in unused])
        ever = set(stays.values_list("phase", flat=True).distinct())
    for place, row in enumerate(found.phases):
        if not row.is_step:
            continue
        if row in unused:
            if found.contacts >= ENOUGH:
                yield _nobody_enters(found, row, place, row.phase.pk in ever)
        elif row.skips.passed >= ENOUGH and (row.skips.share or 0) >= SKIPPED:
            yield _skipped(found, row)
        here = row.standing
        if here.here >= ENOUGH and (here.share or 0) >= STALLED:
            yield _stalled(found, row)
        if row.repeated >= ENOUGH and row.repeated >= REPEATED * row.step.entered:
            yield _repeated(found, row)


def _nobody_enters(found: Health, row: PhaseHealth, place: int, ever: bool) -> Finding:
    phase, skips, before = row.phase, row.skips, row.step.entered_before
    waits_for_a_hand = (
        phase.stage == Phase.Stage.MARKETING and place > 0 and not phase.entry_condition
    )
    code = "nobody_enters"
    if waits_for_a_hand and not ever:
        code = "unreachable"
        sentence = _(
            "Nobody can come into %(phase)s: it has no entry condition, and nobody "
            "was ever moved there by hand."
        )
    elif phase.entry_condition and not ever:
        sentence = _(
            "Nobody has ever entered %(phase)s: its entry condition brings nobody in."
        )
    else:
        sentence = _("Nobody entered %(phase)s in this period.")
    sentence %= {"phase": phase.name}
    if skips.skipped:
        past = ngettext(
            "%(skipped)s contact came past it.",
            "%(skipped)s contacts came past it.",
            skips.skipped,
        )
        sentence += " " + past % {"skipped": grouped(skips.skipped)}
    change = ""
    if before:
        change = ngettext(
            "%(before)s contact entered it in the period before.",
            "%(before)s contacts entered it in the period before.",
            before,
        ) % {"before": grouped(before)}
    grave = skips.skipped >= ENOUGH or code == "unreachable"
    return Finding(
        code=code,
        severity=Severity.HIGH if grave else Severity.LOW,
        sentence=sentence,
        value=0,
        contacts=skips.skipped,
        url=links.moved_url(found.journey, found.span, skipped=phase.pk),
        change=change,
        before=before,
        phase=phase,
    )


def _skipped(found: Health, row: PhaseHealth) -> Finding:
    skips, share = row.skips, row.skips.share or 0
    before = row.skips_before.share if row.skips_before.passed >= ENOUGH else None
    return Finding(
        code="skipped",
        severity=Severity.MEDIUM if share >= MOSTLY_SKIPPED else Severity.LOW,
        sentence=_(
            "%(share)s of those who came past %(phase)s never were in it: %(skipped)s "
            "of %(passed)s."
        )
        % {
            "share": percent(share),
            "phase": row.phase.name,
            "skipped": grouped(skips.skipped),
            "passed": grouped(skips.passed),
        },
        change=was(before),
        value=100 * share,
        before=per_cent(before),
        unit="%",
        contacts=skips.skipped,
        url=links.moved_url(found.journey, found.span, skipped=row.phase.pk),
        phase=row.phase,
    )


def _stalled(found: Health, row: PhaseHealth) -> Finding:
    here, share, target = row.standing, row.standing.share or 0, row.phase.target_days
    then = row.standing_before
    before = then.share if then.here >= ENOUGH else None
    return Finding(
        code="stalled",
        severity=Severity.MEDIUM if share >= MOSTLY_STALLED else Severity.LOW,
        sentence=ngettext(
            "%(share)s of the contacts in %(phase)s have been there longer than the "
            "%(target)d day planned: %(stalled)s of %(here)s.",
            "%(share)s of the contacts in %(phase)s have been there longer than the "
            "%(target)d days planned: %(stalled)s of %(here)s.",
            target or 0,
        )
        % {
            "share": percent(share),
            "phase": row.phase.name,
            "target": target or 0,
            "stalled": grouped(here.stalled),
            "here": grouped(here.here),
        },
        change=was(before),
        value=100 * share,
        before=per_cent(before),
        unit="%",
        contacts=here.stalled,
        url=links.stalled_url(row.phase, found.at),
        phase=row.phase,
    )


def _repeated(found: Health, row: PhaseHealth) -> Finding:
    return Finding(
        code="repeated",
        severity=Severity.LOW,
        sentence=ngettext(
            "%(count)s contact came back to %(phase)s.",
            "%(count)s contacts came back to %(phase)s.",
            row.repeated,
        )
        % {"count": grouped(row.repeated), "phase": row.phase.name},
        change=_("In the period before, it was true of %(before)s.")
        % {"before": grouped(row.repeated_before)},
        value=row.repeated,
        before=row.repeated_before,
        contacts=row.repeated,
        url=links.moved_url(found.journey, found.span, repeated=row.phase.pk),
        phase=row.phase,
    )
