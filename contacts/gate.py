"""May we touch this person now? One answer for mails, calls and programs.

This module holds the words and the list of objectors. Whoever knows a reason against
touching people registers an objector when it starts: contacts itself (consent,
suppression, pause), campaigns (frequency cap, quiet hours), sales (claim, handoff).
``contacts.services.touches`` asks them all.

    register_objector("claim", against_claimed, sign=sign_of_claim)
    register_reason("claimed", _("%(name)s is talking to this contact."))
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Q
from django.db.models.expressions import Combinable
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise

from accounts.models import User
from contacts.models.contact import Contact


class Channel(StrEnum):
    EMAIL = "email"
    PHONE = "phone"


class Purpose(StrEnum):
    """What a touch is for; not to be confused with the purposes of consent."""

    # Sequences, newsletters: automated, needs a permission.
    MARKETING = "marketing"
    # A colleague's own mail or call to one person.
    PERSONAL = "personal"
    # What the person has asked for just now: confirmation, download, own data.
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Touch:
    """What is about to happen. ``by`` is the colleague who does it, if one does."""

    contact: Contact
    channel: Channel
    purpose: Purpose
    at: datetime
    by: User | None = None
    # The touch's own name: what counts touches must not count this one against itself.
    subject: str = ""
    # For forecasts: when touches before this one will have happened.
    foreseen: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why not. ``until`` is when this reason ends by itself; None: it does not.

    ``code`` is stable; ``detail`` is a sentence in the reader's language.
    """

    code: str
    params: dict[str, Any] = field(default_factory=dict)
    until: datetime | None = None

    @property
    def detail(self) -> str:
        sentence = _sentences.get(self.code)
        return str(sentence) % self.params if sentence else self.code

    def as_json(self) -> dict[str, Any]:
        """For keeping: the sentence is made when somebody reads it."""
        until = self.until.isoformat() if self.until else None
        return {"code": self.code, "params": self.params, "until": until}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Reason:
        until = parse_datetime(data["until"]) if data.get("until") else None
        return cls(data["code"], data.get("params", {}), until)


Objection = tuple[Touch, Reason]
Objector = Callable[[Sequence[Touch]], Iterable[Objection]]
"""Says what speaks against each; in as many queries for many touches as for one."""
Sign = Callable[[Touch], Combinable | Q | None]
"""A condition that holds whenever the objector has something against the touch, and

mostly only then; None if it never has against such a one. All signs are looked for in
one query, and only objectors that there is a sign of are asked.
"""
_objectors: dict[str, Objector] = {}
_signs: dict[str, Sign] = {}
_sentences: dict[str, Promise | str] = {}


def register_objector(
    name: str, objector: Objector, *, sign: Sign | None = None
) -> None:
    """Ask ``objector`` about all touches. Again under a name: replaces it.

    ``sign`` spares it the question; one that asks no database needs none.
    """
    _objectors[name] = objector
    _signs.pop(name, None)
    if sign is not None:
        _signs[name] = sign


def register_reason(code: str, sentence: Promise | str) -> None:
    """How a reason reads; ``%(name)s`` stands for its params."""
    _sentences[code] = sentence


def reasons_against_each(
    touches: Iterable[Touch], *, without: Collection[str] = ()
) -> dict[Touch, list[Reason]]:
    """Everything that speaks against each, in the order of the objectors.

    ``without`` names objectors that there is no sign of. Reads only, and without locks:
    what it says may be over a moment later. To act on it, hold the contact's guard: see
    ``contacts.services.touches.decide_touch``.
    """
    found: dict[Touch, list[Reason]] = {touch: [] for touch in touches}
    asked = list(found)
    for name, objector in _objectors.items() if asked else ():
        if name in without:
            continue
        for touch, reason in objector(asked):
            found[touch].append(reason)
    return found


def reasons_against(touch: Touch, *, without: Collection[str] = ()) -> list[Reason]:
    return reasons_against_each([touch], without=without)[touch]


def signs_against(touch: Touch) -> dict[str, Combinable | Q | None]:
    """Objector -> its sign, of those that have one."""
    return {name: sign(touch) for name, sign in _signs.items()}
