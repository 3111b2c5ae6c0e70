"""A draft, and the model that is live, as if they had counted in the past.

Each contact's evaluations in order, by what was known at each: whenever something was
recorded that a rule asks for, and daily where points may come back by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.utils.timezone import get_default_timezone

from contacts.past import Past
from journeys.conditions import PHASE
from journeys.past import Row, known_rows
from scoring.crossing_rule import Course, Seen, course, rearm_at
from scoring.models import ScoringModel
from scoring.recounting import Story
from scoring.returns import returns_of
from scoring.selectors.past_scores import PastScores, Rulebook

# More evaluations of one contact than that, and the last of each day stands for it.
EVALUATIONS = 500
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom a model of this journey counts, as the live ones are laid out today."""

    journey_id: int | None
    # Journeys with a live model of their own.
    taken: frozenset[int]

    @property
    def is_everybody(self) -> bool:
        return self.journey_id is None and not self.taken

    def covers(self, past: Past, contact_id: int, *, at: datetime) -> bool:
        if self.is_everybody:
            return True
        contact = past.contact(contact_id, at=at)
        journey_id = past.reader(PHASE.source).journey(contact, at)
        if self.journey_id is None:
            return journey_id not in self.taken
        return journey_id == self.journey_id


def scope_of(model: ScoringModel) -> Scope:
    live = ScoringModel.objects.active().filter(journey__isnull=False)
    return Scope(model.journey_id, frozenset(live.values_list("journey", flat=True)))


def rival_of(model: ScoringModel) -> ScoringModel | None:
    """What counts for the same contacts now; None if that is nothing, or itself."""
    live = ScoringModel.objects.active().with_rules()
    found = live.filter(journey=model.journey_id).first()
    if found is None:
        found = live.filter(journey=None).first()
    return None if found == model else found


@dataclass
class Replay:
    """Some contacts under some models, until ``until``."""

    models: Sequence[ScoringModel]
    scope: Scope
    contact_ids: Collection[int]
    until: datetime
    # What nobody who stays below this will be asked about.
    floor: float = 0.0
    conditions: Sequence[dict[str, Any]] = ()
    _seen: dict[tuple[int, int], list[Seen]] = field(default_factory=dict)
    _stories: dict[int, Story] = field(default_factory=dict)

    @cached_property
    def rulebook(self) -> Rulebook:
        return Rulebook(self.models)

    @property
    def scores(self) -> list[PastScores]:
        return self.rulebook.scores

    @cached_property
    def past(self) -> Past:
        asked = [one for scores in self.scores for one in scores.conditions]
        return Past(self.contact_ids, conditions=[*asked, *self.conditions])

    @cached_property
    def rows(self) -> dict[int, list[Row]]:
        """What was done by each, whenever it became known."""
        kinds = frozenset().union(*(scores.kinds for scores in self.scores))
        found = known_rows(
            self.past.ids,
            columns=self.rulebook.columns,
            kinds=kinds,
            history=self.past.history,
        )
        return dict(found)

    @cached_property
    def returns(self) -> dict[int, list[datetime]]:
        return returns_of(self.past.ids, self.past.history)

    @cached_property
    def joins(self) -> dict[tuple[int, datetime], int]:
        """(who went on, when) -> who was merged into it."""
        steps = self.past.history.steps
        return {(s.target, s.at): s.source for s in steps if s.is_merge}

    def total(self, place: int, contact_id: int, *, at: datetime) -> float:
        """The score at a moment under the model at this place."""
        story = self.story(contact_id)
        return self.scores[place].total(contact_id, story, self.past, at=at)

    def story(self, contact_id: int) -> Story:
        if contact_id not in self._stories:
            rows = self.rows.get(contact_id, ())
            self._stories[contact_id] = self.rulebook.story(rows)
        return self._stories[contact_id]

    def covers(self, contact_id: int, *, at: datetime) -> bool:
        """Whether the contact was there, and one that the models count for."""
        there = self.past.exists(contact_id, at=at)
        return there and self.scope.covers(self.past, contact_id, at=at)

    def evaluations(self, place: int, contact_id: int) -> list[Seen]:
        """All of a contact under the model at this place, oldest first.

        None for whoever never comes near a threshold.
        """
        key = (place, contact_id)
        if key not in self._seen:
            self._seen[key] = list(self._evaluate(place, contact_id))
        return self._seen[key]

    def course(
        self, place: int, contact_id: int, *, threshold: float, own: float | None
    ) -> Course:
        """What would have become of a contact, had the threshold been this."""
        rearm_below = rearm_at(threshold, own=own)

        def walk(number: int, before: datetime | None) -> Course:
            seen = self.evaluations(place, number)
            if before is not None:
                seen = [one for one in seen if one.at < before]
            return course(
                seen,
                threshold=threshold,
                rearm_below=rearm_below,
                was_armed=lambda other, at: walk(other, at).is_armed,
            )

        return walk(contact_id, None)

    def _evaluate(self, place: int, contact_id: int) -> Iterator[Seen]:
        if contact_id not in self.past.contacts:
            return
        scores, story = self.scores[place], self.story(contact_id)
        if scores.most(contact_id, story, self.past) < self.floor:
            return
        returns = set(self.returns.get(contact_id, ()))
        for at in self._moments(scores, contact_id, returns):
            if self.covers(contact_id, at=at):
                yield scores.seen(
                    contact_id,
                    story,
                    self.past,
                    at=at,
                    returns=at in returns,
                    joins=self.joins.get((contact_id, at)),
                )

    def _moments(
        self,
        scores: PastScores,
        contact_id: int,
        returns: Collection[datetime],
    ) -> list[datetime]:
        created_at = self.past.contacts[contact_id].created_at
        rows = self.rows.get(contact_id, ())
        keys = scores.keys
        if not self.scope.is_everybody:
            keys |= {PHASE.source}
        found = {
            created_at,
            *(row[-1] for row in rows if row[1] in scores.kinds),
            *self.past.moments(contact_id, keys),
        }
        special = {*returns, *(at for pk, at in self.joins if pk == contact_id)}
        moves_since = scores.moves_since(self.story(contact_id))
        if moves_since is not None:
            days = range(1, max(0, (self.until - created_at).days) + 1)
            daily = (created_at + day * DAY for day in days)
            found.update(at for at in daily if at > moves_since)
        if len(found) > EVALUATIONS:
            zone = get_default_timezone()
            found = set(_last_of(found, lambda at: at.astimezone(zone).date()))
        moments = sorted(found | special)
        return [at for at in moments if created_at <= at <= self.until]


def _last_of(
    moments: Collection[datetime], key: Callable[[datetime], Any]
) -> list[datetime]:
    return list({key(at): at for at in sorted(moments)}.values())
