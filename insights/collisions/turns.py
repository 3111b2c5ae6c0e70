"""Who is in an order, and whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from accounts.models import User
from contacts.models import Contact
from insights.collisions.ledger import Ledger
from insights.collisions.stage import Stage


class NothingToDo(Exception):
    """The act finds nothing that it could be about."""


class Instead(Exception):
    """Another act was done, so that this one can be next time. Its name."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One order: who is in it, and what is known of it."""

    stage: Stage
    contacts: list[Contact]
    ledger: Ledger
    number: int

    @property
    def contact_ids(self) -> list[int]:
        return [contact.pk for contact in self.contacts]


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is, about whom. ``draw`` is theirs alone; ``rep``: if they are one."""

    scene: Scene
    contact: Contact
    draw: Random
    number: int
    rep: User | None = None

    @property
    def ledger(self) -> Ledger:
        return self.scene.ledger

    @property
    def name(self) -> str:
        """What no other turn has."""
        return f"{self.scene.number}-{self.number}"

    def colleague(self) -> User:
        """One of the reps, not the one whose turn it is."""
        others = [rep for rep in self.scene.stage.reps.values() if rep != self.rep]
        return self.draw.choice(others)
