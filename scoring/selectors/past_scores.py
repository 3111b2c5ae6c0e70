"""Scores as they were known at a moment: without what was recorded later.

The sums are those of ``Counting``, the limits those by which contacts are scored now.
Only what is put into them differs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import astuple, replace
from datetime import UTC, datetime
from functools import cached_property
from math import fsum, inf
from typing import Any

from django.utils.timezone import get_default_timezone

from contacts.past import Past, keys_of
from journeys.past import LATER, Row
from scoring.counting import Counted, Counting
from scoring.crossing_rule import Seen
from scoring.models import Rule, ScoringModel
from scoring.recounting import Story
from scoring.selectors.activity import (
    columns_for,
    counted_rule,
    engagement_rules,
    fit_rules,
)
from scoring.selectors.fitness import depends_on_time
from scoring.selectors.past_fits import PastFits
from scoring.selectors.standing import is_ready

BEGINNING = datetime.min.replace(tzinfo=UTC)


class Rulebook:
    """What several models count, each rule once: a draft has most of its model's."""

    def __init__(self, models: Sequence[ScoringModel]) -> None:
        rules = [rule for model in models for rule in engagement_rules(model)]
        self.columns = columns_for(rules)
        self.rules: list[Counted] = []
        self.conditions: list[dict[str, Any]] = []
        self._places: dict[str, int] = {}
        self.scores = [PastScores(model, self) for model in models]
        self.fits = PastFits(self.conditions)

    @cached_property
    def counting(self) -> Counting:
        """Which rule may count what, of all models."""
        return Counting(self.rules, at=BEGINNING, zone=get_default_timezone())

    def story(self, rows: Sequence[Row]) -> Story:
        return Story(rows, self.counting.by_kind, zone=self.counting.zone)

    def place(self, rule: Rule, model: ScoringModel) -> int:
        counted = counted_rule(rule, model, [*self.columns, *LATER])
        told = astuple(replace(counted, kinds=frozenset(), holds=None))
        return self._place(f"{told} {_text(rule.when)}", self.rules, counted)

    def condition(self, rule: Rule) -> int:
        return self._place(_text(rule.when), self.conditions, rule.when)

    def _place(self, name: str, of: list[Any], one: Any) -> int:
        if name not in self._places:
            self._places[name] = len(of)
            of.append(one)
        return self._places[name]


class PastScores:
    """Counts one model's scores of any moment. Prefetch the model's rules."""

    def __init__(self, model: ScoringModel, rulebook: Rulebook) -> None:
        self.model = model
        self.rulebook = rulebook
        self.rules = fit_rules(model)
        self.conditions = [rule.when for rule in self.rules]
        # Where the answers for them stand.
        self.asked = [rulebook.condition(rule) for rule in self.rules]
        self.keys = keys_of(self.conditions)
        self.fit_moves = any(map(depends_on_time, self.conditions))
        rules = engagement_rules(model)
        self.places = tuple(rulebook.place(rule, model) for rule in rules)
        self.kinds = frozenset[str]().union(
            *(rulebook.rules[place].kinds for place in self.places)
        )
        self._fits: dict[tuple[int, object], tuple[float, bool]] = {}

    def moves_since(self, story: Story) -> datetime | None:
        """Since when the contact may become ready though nothing is recorded.

        What takes points away fades as well; what gives them only ever becomes less.
        """
        return BEGINNING if self.fit_moves else story.falls_since(self.places)

    def most(self, contact_id: int, story: Story, past: Past) -> float:
        """A bound: no moment's total is above it."""
        worths = fsum(story.most(place) for place in self.places)
        return worths + self._most_fit(contact_id, past)

    def _most_fit(self, contact_id: int, past: Past) -> float:
        if not self.rulebook.fits.is_plain:
            return fsum(rule.points for rule in self.rules if rule.points > 0)
        moments = [BEGINNING, *past.moments(contact_id, self.rulebook.fits.keys)]
        return max(self._fit(contact_id, past, at=at)[0] for at in moments)

    def total(
        self, contact_id: int, story: Story, past: Past, *, at: datetime
    ) -> float:
        """The score at ``at``, by what was known then."""
        fit, _is_disqualified = self._fit(contact_id, past, at=at)
        return fit + story.engagement(self.places, at).whole

    def seen(
        self,
        contact_id: int,
        story: Story,
        past: Past,
        *,
        at: datetime,
        returns: bool = False,
        joins: int | None = None,
    ) -> Seen:
        """What an evaluation at ``at`` would have found."""
        engagement, before = story.engagement(self.places, at)
        fit, is_disqualified = self._fit(contact_id, past, at=at)
        may_be = is_ready(
            self.model,
            fit=fit,
            engagement=engagement,
            is_disqualified=is_disqualified,
            threshold=-inf,
        )
        total = fit + engagement
        # Of two that become one all that they did was known already.
        was = total if joins is not None else fit + before
        return Seen(at, was, total, may_be, returns, joins)

    def _fit(self, contact_id: int, past: Past, *, at: datetime) -> tuple[float, bool]:
        fits = self.rulebook.fits
        key = (contact_id, fits.same_while(contact_id, past, at=at))
        if key not in self._fits:
            held = fits.held(contact_id, past, at=at)
            rules = [
                rule
                for rule, place in zip(self.rules, self.asked, strict=True)
                if held[place]
            ]
            gone = past.contact(contact_id, at=at).disqualified_at is not None
            self._fits[key] = (
                fsum(rule.points for rule in rules),
                gone or any(rule.disqualifies for rule in rules),
            )
        return self._fits[key]


def _text(when: Any) -> str:
    return json.dumps(when, sort_keys=True)
