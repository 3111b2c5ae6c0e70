"""Who is in an order, and whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from accounts.models import User
from contacts.models import Contact
from insights.collisions.ledger import Ledger
from insights.collisions.stage import Stage


@dataclass(frozen=True, slots=True)
class Scene:
    """One order: who is in it, and what is known of it."""

    stage: Stage
    contacts: list[Contact]
    ledger: Ledger
    number: int


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
