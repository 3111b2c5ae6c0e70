"""Which conditions held for contacts at moments of the past, found out once each."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from contacts.past import Past, is_kept, keys_of, nodes_of
from journeys.past import asks_for_deeds
from scoring.selectors.fitness import depends_on_time


class PastFits:
    """Asks several models' conditions together: a draft has most of those of the model
    it was copied from."""

    def __init__(self, conditions: Sequence[dict[str, Any]]) -> None:
        self.nodes = nodes_of(conditions)
        self.keys = keys_of(conditions)
        # Between two changes of what they ask for, all that they say is the same.
        self.is_plain = not (
            any(map(depends_on_time, conditions))
            or asks_for_deeds(conditions)
            or not all(map(is_kept, self.keys))
        )
        self._held: dict[tuple[int, object], list[bool]] = {}

    def held(self, contact_id: int, past: Past, *, at: datetime) -> list[bool]:
        """In the order of the conditions."""
        key = (contact_id, self.same_while(contact_id, past, at=at))
        if not self._held and self.is_plain:
            self._ask_at_once(past, at)
        if key not in self._held:
            self._held[key] = past.holding(self.nodes, contact_id, at=at)
        return self._held[key]

    def same_while(self, contact_id: int, past: Past, *, at: datetime) -> object:
        """As long as this is the same, so are the answers."""
        if not self.is_plain:
            return at
        moments = past.moments(contact_id, self.keys)
        return bisect_right(moments, at) if moments else 0

    def _ask_at_once(self, past: Past, at: datetime) -> None:
        """Of whoever nothing ever happened to one answer holds for all times."""
        still = [pk for pk in past.contacts if not past.moments(pk, self.keys)]
        among = past.among(self.nodes, still, at=at)
        for pk in still:
            self._held[pk, 0] = [pk in members for members in among]
