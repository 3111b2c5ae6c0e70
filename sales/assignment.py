"""What the choice of a rep is: who, and why not somebody before them."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import User
from journeys.models import Team

# The rules in the order in which they are asked.
RULES = ("owner", "known", "company", "territory", "team", "free")


@dataclass(frozen=True, slots=True)
class Passed:
    """A rule that gave the lead to nobody.

    ``why`` is a key of ``sales.why.PASSED``, ``name`` whom or what it would have meant.
    """

    rule: str
    why: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Assignment:
    """Who is to take a lead. ``assignee`` is None if nobody has room."""

    assignee: User | None
    team: Team | None
    # One of the rules, "by_hand" or "nobody_free", and what its sentence names.
    because: str
    because_of: str = ""
    passed: tuple[Passed, ...] = ()
