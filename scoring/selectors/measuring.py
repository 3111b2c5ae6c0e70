"""What a replay comes to, contact by contact, as numbers that add up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contacts.past import keys_of, nodes_of
from journeys.conditions import Did
from journeys.past import asks_for_deeds
from scoring.outcomes import Happening
from scoring.selectors.fitness import depends_on_time
from scoring.selectors.outcomes import Named, happenings
from scoring.selectors.replay import Replay
from scoring.terms import Terms

State = dict[str, Any]
"""Numbers so far, as JSON: see ``new_state``."""

HandedOff = tuple[datetime, bool]
"""When somebody was handed off, and whether the outcome came in time after it."""
LISTED = 1_000
LATE = timedelta(days=1)


def new_state(*, models: int, thresholds: Sequence[float], weeks: int) -> State:
    return {
        # Number of the last contact that is in it.
        "after": 0,
        "contacts": 0,
        "interactions": 0,
        # Known more than a day after they happened.
        "late": 0,
        "models": [
            {
                "weeks": [0] * weeks,
                "judged": 0,
                "hits": 0,
                "caught": 0,
                # Score, to a hundredth -> [without the outcome, with it].
                "scores": {},
            }
            for _n in range(models)
        ],
        # Handoffs, of them judged, hits, customers caught: for each threshold.
        "curve": [[0, 0, 0, 0] for _threshold in thresholds],
        # Who had the outcome in the period, and since when earlier ones had it.
        "outcomes": 0,
        "earlier": 0,
        # [contact, when, (handed off at, in time) by the draft, by the live one].
        "customers": [],
        # Days by which the draft was earlier, of those that both have caught.
        "ahead": [],
    }


@dataclass
class Measuring:
    """Adds the contacts of one replay to a state."""

    replay: Replay
    terms: Terms
    outcome: Named
    thresholds: Sequence[float]
    # Called between two contacts, which may take long.
    breathe: Callable[[], None] = lambda: None

    def add_to(self, state: State) -> None:
        came = self._happenings()
        for contact_id in sorted(self.replay.contact_ids):
            self.breathe()
            self._count(state, contact_id, came.get(contact_id, []))

    def _count(self, state: State, contact_id: int, came: list[Happening]) -> None:
        replay, terms = self.replay, self.terms
        rows = [r for r in replay.rows.get(contact_id, ()) if r[-1] <= terms.until]
        state["contacts"] += 1
        state["interactions"] += len(rows)
        state["late"] += sum(row[-1] - row[2] > LATE for row in rows)
        won_at = terms.first(came)
        is_one = won_at is not None and terms.is_in(won_at)
        state["earlier"] += won_at is not None and won_at < terms.since
        state["outcomes"] += is_one
        handed_off: list[HandedOff | None] = []
        for place, model in enumerate(replay.models):
            found = self._crossings(place, contact_id, model.threshold)
            led = self._led_to(found, won_at) if is_one else None
            handed_off.append(led)
            numbers = state["models"][place]
            self._hand_off(numbers, found, came)
            numbers["caught"] += led is not None and led[1]
            self._score(state["models"][place]["scores"], place, contact_id, came)
        self._try_thresholds(
            state["curve"], contact_id, came, won_at if is_one else None
        )
        if is_one:
            self._name(state, contact_id, won_at, handed_off)

    def _crossings(
        self, place: int, contact_id: int, threshold: float
    ) -> list[datetime]:
        own = self.replay.models[place].rearm_below
        found = self.replay.course(place, contact_id, threshold=threshold, own=own)
        return [seen.at for seen in found.crossings]

    def _led_to(
        self, crossings: Sequence[datetime], won_at: datetime
    ) -> HandedOff | None:
        """The first handoff that led to it, which may have been before the period.

        If none did in time, the last one before, which was too early.
        """
        before = [at for at in crossings if at <= won_at]
        in_time = [at for at in before if won_at <= at + self.terms.horizon]
        if in_time:
            return in_time[0], True
        return (before[-1], False) if before else None

    def _hand_off(
        self,
        numbers: State,
        crossings: Sequence[datetime],
        came: Sequence[Happening],
    ) -> None:
        _handoffs, judged, hits = self._judged(crossings, came)
        for at in crossings:
            if self.terms.is_in(at):
                numbers["weeks"][self.terms.week(at)] += 1
        numbers["judged"] += judged
        numbers["hits"] += hits

    def _judged(
        self, crossings: Sequence[datetime], came: Sequence[Happening]
    ) -> tuple[int, int, int]:
        terms = self.terms
        inside = [at for at in crossings if terms.is_in(at)]
        judged = [at for at in inside if terms.is_over(at)]
        hits = sum(terms.came(came, after=at) for at in judged)
        return len(inside), len(judged), hits

    def _score(
        self,
        scores: dict[str, list[int]],
        place: int,
        contact_id: int,
        came: Sequence[Happening],
    ) -> None:
        """Once a week, who has not had the outcome yet."""
        for at in self.terms.steps():
            if any(one.stood(at=at) for one in came):
                continue
            if self.replay.covers(contact_id, at=at):
                total = round(self.replay.total(place, contact_id, at=at), 2)
                tally = scores.setdefault(f"{total:g}", [0, 0])
                tally[self.terms.came(came, after=at, at_once=False)] += 1

    def _try_thresholds(
        self,
        curve: list[list[int]],
        contact_id: int,
        came: Sequence[Happening],
        won_at: datetime | None,
    ) -> None:
        highest = max(
            (seen.total for seen in self.replay.evaluations(0, contact_id)),
            default=float("-inf"),
        )
        for numbers, threshold in zip(curve, self.thresholds, strict=True):
            if threshold > highest:
                break
            found = self._crossings(0, contact_id, threshold)
            for place, count in enumerate(self._judged(found, came)):
                numbers[place] += count
            if won_at is not None:
                led = self._led_to(found, won_at)
                numbers[3] += led is not None and led[1]

    def _name(
        self,
        state: State,
        contact_id: int,
        won_at: datetime,
        handed_off: Sequence[HandedOff | None],
    ) -> None:
        if len(handed_off) == 2 and all(
            led is not None and led[1] for led in handed_off
        ):
            [draft, _yes], [live, _too] = handed_off
            state["ahead"].append(round((live - draft) / timedelta(days=1), 2))
        if len(state["customers"]) < LISTED:
            # By number alone: a name must go when its contact is erased.
            line: list[Any] = [contact_id, won_at.isoformat()]
            for led in handed_off:
                line.append([led[0].isoformat(), led[1]] if led else None)
            state["customers"].append(line)

    def _happenings(self) -> dict[int, list[Happening]]:
        ids = self.replay.contact_ids
        if isinstance(self.outcome, str):
            return happenings(self.outcome, ids)
        return {pk: found for pk in ids if (found := self._stretches(pk))}

    def _stretches(self, contact_id: int) -> list[Happening]:
        """When the condition came to hold, and when it ceased to."""
        past, known_at = self.replay.past, self.terms.known_at
        if contact_id not in past.contacts:
            return []
        [node] = nodes_of([self.outcome])
        keys = keys_of([self.outcome])
        if asks_for_deeds([self.outcome]):
            keys |= {Did}
        created_at = past.contacts[contact_id].created_at
        moments = {created_at, *past.moments(contact_id, keys)}
        if depends_on_time(self.outcome):
            days = max(0, (known_at - created_at).days)
            moments |= {created_at + timedelta(days=n) for n in range(1, days + 1)}
        found: list[Happening] = []
        since = None
        for at in sorted(moments):
            if not created_at <= at <= known_at:
                continue
            holds = past.holds(node, contact_id, at=at)
            if holds and since is None:
                since = at
            elif not holds and since is not None:
                found.append(Happening(since, until=at))
                since = None
        return [*found, Happening(since)] if since is not None else found
