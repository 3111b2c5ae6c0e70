"""A journey as it is defined against what contacts really do in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from insights.selectors.funnel import Step, funnel, weakest
from insights.selectors.measure_effects import MeasureEffect, measure_effects
from insights.selectors.passages import Passages
from insights.selectors.periods import Period
from insights.selectors.stays import Standing, Time, standing, stays_of, times_in_phases
from insights.ways import (
    Conformance,
    Move,
    Skips,
    Variant,
    Ways,
    conformance,
    moves,
    repeated,
    skips,
    variants,
)
from journeys.models import Journey, Phase


@dataclass(frozen=True, slots=True)
class PhaseHealth:
    """What became of one phase in a period, beside the period before."""

    phase: Phase
    step: Step
    skips: Skips
    skips_before: Skips
    # Contacts who were in it more than once.
    repeated: int
    repeated_before: int
    standing: Standing
    standing_before: Standing
    # Until half have left; None if more than half of the stays go on.
    median_days: float | None

    @property
    def is_step(self) -> bool:
        """Whether the defined order leads through it: not where lost deals end."""
        return self.phase.outcome != Phase.Outcome.LOST


@dataclass(frozen=True, slots=True)
class Health:
    journey: Journey
    # As it was asked for, and as far as it has come: lists of that stay as they are.
    period: Period
    span: Period
    phases: list[PhaseHealth]
    weakest: Step | None
    ways: Ways
    conformance: Conformance
    conformance_before: Conformance
    measures: list[MeasureEffect]

    @property
    def at(self) -> datetime:
        """The moment of what is said about now: the end of the period, if it is over."""
        return self.span.until

    @property
    def contacts(self) -> int:
        """Who entered a phase of the journey in the period."""
        return self.conformance.contacts

    @property
    def order(self) -> list[int]:
        return [row.phase.pk for row in self.phases if row.is_step]

    def moves(self) -> list[Move]:
        return moves(self.ways)

    def variants(self) -> list[Variant]:
        return variants(self.ways, self.order)


def health(journey: Journey, period: Period, *, at: datetime) -> Health:
    """Everything that the pages, the API and the findings say."""
    span, before = Period(period.since, min(period.until, at)), period.before()
    passages = Passages(journey)
    steps = funnel(journey, span, before, passages=passages)
    phases = [step.phase for step in steps]
    order = [p.pk for p in phases if p.outcome != Phase.Outcome.LOST]
    ways, ways_before = passages.ways(span), passages.ways(before)
    skipped, skipped_before = skips(ways, order), skips(ways_before, order)
    again, again_before = repeated(ways), repeated(ways_before)
    standing_now, standing_then = (
        standing(journey, phases, moment) for moment in (span.until, before.until)
    )
    times = times_in_phases(stays_of(journey), span, at=at)
    nobody = Time(None, 0)
    return Health(
        journey=journey,
        period=period,
        span=span,
        phases=[
            PhaseHealth(
                phase=step.phase,
                step=step,
                skips=skipped.get(step.phase.pk, Skips()),
                skips_before=skipped_before.get(step.phase.pk, Skips()),
                repeated=again[step.phase.pk],
                repeated_before=again_before[step.phase.pk],
                standing=standing_now.get(step.phase.pk, Standing()),
                standing_before=standing_then.get(step.phase.pk, Standing()),
                median_days=times.get(step.phase.pk, nobody).median_days,
            )
            for step in steps
        ],
        weakest=weakest(steps),
        ways=ways,
        conformance=conformance(ways, order),
        conformance_before=conformance(ways_before, order),
        measures=measure_effects(journey, span, before, passages),
    )
