"""When a contact becomes sales-ready anew, told from its evaluations in order: pure.

The rule of the product: a contact is armed at first; an evaluation that finds it ready
while it is armed is a crossing, and disarms it; it is armed again once its total before
the news is below ``rearm_below``, or when sales declined with a date and that has come.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple


class Seen(NamedTuple):
    """What one evaluation found."""

    at: datetime
    # Without what became known at this very moment.
    before: float
    total: float
    # Ready, but for the threshold: fit and engagement suffice, and nothing speaks
    # against it.
    may_be: bool
    # Sales had declined, and the date to return has come.
    returns: bool = False
    # Whoever was merged into the contact at this moment.
    joins: int | None = None


WasArmed = Callable[[int, datetime], bool]
"""Whether that contact was armed just before that moment."""


class Course(NamedTuple):
    """What became of a contact: where it crossed, and whether it is armed now."""

    crossings: list[Seen]
    is_armed: bool


def course(
    evaluations: Sequence[Seen],
    *,
    threshold: float,
    rearm_below: float,
    was_armed: WasArmed = lambda contact_id, at: True,
) -> Course:
    """Follow the rule through ``evaluations``, oldest first."""
    is_armed, crossings = True, []
    for seen in evaluations:
        if seen.joins is not None:
            # Whoever of the two was handed off keeps both from it.
            is_armed = is_armed and was_armed(seen.joins, seen.at)
        if seen.returns or seen.before < rearm_below:
            is_armed = True
        if is_armed and seen.may_be and seen.total >= threshold:
            crossings.append(seen)
            is_armed = False
    return Course(crossings, is_armed)


def rearm_at(threshold: float, *, own: float | None) -> float:
    """Where it is armed again, of a model that would have this threshold."""
    return 0.8 * threshold if own is None else min(own, threshold)
