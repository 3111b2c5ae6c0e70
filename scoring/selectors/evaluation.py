"""A contact's score at one moment, with all that it consists of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import fsum
from typing import Any

from django.utils.translation import gettext as _

from contacts.models import Contact
from scoring.counting import Curve, Tally, merged
from scoring.horizon import first_above, first_below, soonest_drift
from scoring.models import Rule, ScoringModel
from scoring.selectors.activity import engagement_rules, fit_rules, tallies
from scoring.selectors.fitness import depends_on_time, rules_that_hold
from scoring.selectors.standing import Standing

# Lists are sorted by the stored total; it is counted again when it is off by this.
DRIFT = 0.5


@dataclass(frozen=True)
class Evaluation:
    """What ``evaluate`` found out about one contact at ``at``."""

    contact_id: int
    at: datetime
    now: Standing
    # With what was known before the news only, where that was asked.
    before: Standing | None
    fit_rules: Sequence[Rule]
    engagement_rules: Sequence[Rule]
    tally: Tally | None
    fit_changes_by_itself: bool = False

    @cached_property
    def curves(self) -> list[Curve]:
        return merged(self.tally.curves) if self.tally else []

    @cached_property
    def falls_below_at(self) -> datetime | None:
        """When the total will be below the threshold; None if it is, or never."""
        if self.now.total < self.now.model.threshold:
            return None
        return self._moment(
            first_below(self.curves, self.now.model.threshold - self.now.fit)
            if self.now.fit < self.now.model.threshold
            else None
        )

    @cached_property
    def due_at(self) -> datetime | None:
        """When the score is to be counted again though nothing happens."""
        moments = [
            self.falls_below_at,
            self._moment(soonest_drift(self.curves, DRIFT)),
            *self._rises(),
        ]
        if self.tally and self.tally.next_at:
            moments.append(self.tally.next_at)
        if self.fit_changes_by_itself:
            moments.append(self.at + timedelta(days=1))
        return min((moment for moment in moments if moment), default=None)

    def _rises(self) -> list[datetime | None]:
        """When points that were taken away have faded enough to be ready."""
        model, now = self.now.model, self.now
        if now.is_ready or all(curve.worth >= 0 for curve in self.curves):
            return []
        reach = fsum(curve.after(0) for curve in self.curves if curve.worth > 0)
        levels = [model.threshold - now.fit, model.min_engagement or 0.0]
        return [
            self._moment(first_above(self.curves, level))
            for level in levels
            if now.unfloored < level <= reach
        ]

    def _moment(self, days: float | None) -> datetime | None:
        if days is None:
            return None
        # The moment after, so that it is true when the moment has come.
        return self.at + timedelta(days=days, milliseconds=1)

    def curves_as_json(self) -> list[list[float | None]]:
        return [[c.worth, c.half_life_days, c.cap] for c in self.curves]

    def contributions(self) -> list[dict[str, Any]]:
        """The lines that add up to the total, as the API gives them."""
        lines = [
            _line(rule, points=rule.points, interactions=0, last_at=None)
            for rule in self.fit_rules
        ]
        if self.tally is None:
            return lines
        for index, rule in enumerate(self.engagement_rules):
            if self.tally.counts[index]:
                last_at = self.tally.last_at[index]
                lines.append(
                    _line(
                        rule,
                        points=self.now.worths[index],
                        interactions=self.tally.counts[index],
                        last_at=last_at.isoformat() if last_at else None,
                    )
                )
        if self.now.unfloored < 0:
            lines.append(
                {
                    "rule": _("Floor at zero"),
                    "rule_id": None,
                    "dimension": Rule.Dimension.ENGAGEMENT.value,
                    "points": -self.now.unfloored,
                    "interactions": 0,
                    "last_at": None,
                }
            )
        return lines


def _line(
    rule: Rule, *, points: float, interactions: int, last_at: str | None
) -> dict[str, Any]:
    return {
        "rule": rule.name,
        "rule_id": rule.pk,
        "dimension": rule.dimension,
        "points": points,
        "interactions": interactions,
        "last_at": last_at,
    }


def evaluate(
    contacts: Sequence[Contact],
    *,
    model: ScoringModel,
    at: datetime,
    known_before: Mapping[int, datetime] | None = None,
) -> dict[int, Evaluation]:
    """Count the contacts' scores as of ``at`` under ``model``, whatever is stored.

    In as many queries for one contact as for two hundred. For those in
    ``known_before`` also what they were worth without what was recorded since the
    moment named there. Prefetch the model's rules.
    """
    engagement, fits = engagement_rules(model), fit_rules(model)
    fit_changes_by_itself = any(depends_on_time(rule.when) for rule in fits)
    held = rules_that_hold(fits, contacts, at=at)
    known_before = known_before or {}
    counted = {
        contact_id: (tally, known)
        for contact_id, tally, known in tallies(
            [contact.pk for contact in contacts],
            model=model,
            at=at,
            known_before=known_before,
        )
    }
    evaluations = {}
    for contact in contacts:
        tally, known = counted.get(contact.pk, (None, None))
        holding = held[contact.pk]
        common = {
            "model": model,
            "fit": fsum(rule.points for rule in holding),
            "is_disqualified": contact.disqualified_at is not None
            or any(rule.disqualifies for rule in holding),
        }
        now = Standing(curves=tally.curves if tally else (), **common)
        before = None
        if contact.pk in known_before:
            before = Standing(curves=known.curves if known else (), **common)
        evaluations[contact.pk] = Evaluation(
            contact_id=contact.pk,
            at=at,
            now=now,
            before=before,
            fit_rules=holding,
            engagement_rules=engagement,
            tally=tally,
            fit_changes_by_itself=fit_changes_by_itself,
        )
    return evaluations
