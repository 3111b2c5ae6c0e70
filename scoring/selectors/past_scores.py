"""Scores as they were known at a moment: without what was recorded later.

The sums are those of ``Counting``, the limits those of ``Standing``: the same code that
scores contacts now. Only what is put into it differs.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from math import fsum, inf

from django.utils.timezone import get_default_timezone

from contacts.past import Past, is_kept, keys_of, nodes_of
from journeys.past import LATER, Row, asks_for_deeds
from scoring.counting import Counting
from scoring.crossing_rule import Seen
from scoring.models import ScoringModel
from scoring.selectors.activity import (
    columns_for,
    counted_rule,
    engagement_rules,
    fit_rules,
)
from scoring.selectors.fitness import depends_on_time
from scoring.selectors.standing import Standing, is_ready

# Replaced before anything is counted.
BEGINNING = datetime.min.replace(tzinfo=UTC)


class PastScores:
    """Counts one model's scores of any moment. Prefetch the model's rules."""

    def __init__(self, model: ScoringModel, columns: Sequence[str]) -> None:
        self.model = model
        self.fits = fit_rules(model)
        self.conditions = [rule.when for rule in self.fits]
        self.nodes = nodes_of(self.conditions)
        self.keys = keys_of(self.conditions)
        names = [*columns, *LATER]
        rules = engagement_rules(model)
        self.counted = [counted_rule(rule, model, names) for rule in rules]
        # ``at`` is set for each moment; building it anew would cost more than counting.
        self.counting = Counting(
            self.counted, at=BEGINNING, zone=get_default_timezone()
        )
        self.kinds = frozenset(self.counting.by_kind)
        self.fit_moves = any(map(depends_on_time, self.conditions))
        # Between two changes of what the rules ask for, fit is the same.
        self.fit_is_plain = not (
            self.fit_moves
            or asks_for_deeds(self.conditions)
            or not all(map(is_kept, self.keys))
        )
        self._fits: dict[tuple[int, object], tuple[float, bool]] = {}

    def moves_alone(self, rows: Sequence[Row]) -> bool:
        """Whether the contact may become ready though nothing is recorded.

        What takes points away fades as well; what gives them only ever becomes less.
        """
        return self.fit_moves or any(
            rule.points < 0
            and rule.half_life_days is not None
            and (rule.holds is None or rule.holds(row))
            for row in rows
            for _index, rule in self.counting.by_kind.get(row[1], ())
        )

    def most(self, contact_id: int, rows: Sequence[Row], past: Past) -> float:
        """A bound: no moment's total is above it."""
        worths = [0.0] * len(self.counted)
        for row in rows:
            for index, rule in self.counting.by_kind.get(row[1], ()):
                if rule.points > 0 and (rule.holds is None or rule.holds(row)):
                    worths[index] += rule.points
        capped = (
            worth if rule.max_points is None else min(worth, rule.max_points)
            for worth, rule in zip(worths, self.counted, strict=True)
        )
        return fsum(capped) + self._most_fit(contact_id, past)

    def _most_fit(self, contact_id: int, past: Past) -> float:
        if not self.fit_is_plain:
            return fsum(rule.points for rule in self.fits if rule.points > 0)
        moments = [BEGINNING, *past.moments(contact_id, self.keys)]
        return max(self._fit(contact_id, past, at=at)[0] for at in moments)

    def standing(
        self, contact_id: int, rows: Sequence[Row], past: Past, *, at: datetime
    ) -> Standing:
        """How the contact stood at ``at``, by what was known then."""
        return self._standings(contact_id, rows, past, at=at, news=False)[0]

    def seen(
        self,
        contact_id: int,
        rows: Sequence[Row],
        past: Past,
        *,
        at: datetime,
        returns: bool = False,
        joins: int | None = None,
    ) -> Seen:
        """What an evaluation at ``at`` would have found."""
        now, before = self._standings(contact_id, rows, past, at=at, news=True)
        may_be = is_ready(
            self.model,
            fit=now.fit,
            engagement=now.engagement,
            is_disqualified=now.is_disqualified,
            threshold=-inf,
        )
        # Of two that become one all that they did was known already.
        was = now.total if joins is not None else now.fit + before.engagement
        return Seen(at, was, now.total, may_be, returns, joins)

    def _standings(
        self,
        contact_id: int,
        rows: Sequence[Row],
        past: Past,
        *,
        at: datetime,
        news: bool,
    ) -> tuple[Standing, Standing]:
        known = [
            row for row in rows if row[-1] <= at and (row[-2] is None or at < row[-2])
        ]
        self.counting.at = at
        until = {contact_id: at} if news else {}
        tallies = next(iter(self.counting.tallies(known, known_before=until)), None)
        fit, is_disqualified = self._fit(contact_id, past, at=at)
        _pk, whole, before = tallies or (contact_id, None, None)
        return tuple(
            Standing(
                model=self.model,
                fit=fit,
                curves=tally.curves if tally else (),
                is_disqualified=is_disqualified,
            )
            for tally in (whole, before)
        )

    def _fit(self, contact_id: int, past: Past, *, at: datetime) -> tuple[float, bool]:
        key = (contact_id, self._same_while(contact_id, past, at))
        if key not in self._fits:
            held = past.holding(self.nodes, contact_id, at=at)
            rules = [r for r, holds in zip(self.fits, held, strict=True) if holds]
            gone = past.contact(contact_id, at=at).disqualified_at is not None
            self._fits[key] = (
                fsum(rule.points for rule in rules),
                gone or any(rule.disqualifies for rule in rules),
            )
        return self._fits[key]

    def _same_while(self, contact_id: int, past: Past, at: datetime) -> object:
        if not self.fit_is_plain:
            return at
        return bisect_right(past.moments(contact_id, self.keys), at)


def columns_of(models: Sequence[ScoringModel]) -> list[str]:
    """The columns that counting by any of these models takes."""
    return columns_for([rule for model in models for rule in engagement_rules(model)])
