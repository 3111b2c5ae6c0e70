"""What pages show of handoffs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.dateparse import parse_datetime
from django.utils.functional import Promise

from accounts.models import User
from contacts.models import Consent
from journeys.models.interaction import Kind
from sales.models import Handoff
from sales.why import why_me


@dataclass(frozen=True, slots=True)
class Said:
    """A thing that happened, as the facts of a handoff have it."""

    what: str | Promise
    title: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Permission:
    purpose: str | Promise
    # True, False, or None: never asked.
    granted: bool | None
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What was frozen, in the language of who reads it."""

    why_now: str
    contributions: list[dict[str, Any]]
    interactions: list[Said]
    mails: list[Said]
    consent: list[Permission]
    opening: str
    # Why it is with whom it is: a sentence, or "".
    because: str


def facts_to_read(handoff: Handoff) -> Facts:
    facts = handoff.facts
    return Facts(
        why_now=handoff.why_now,
        contributions=facts.get("contributions", []),
        interactions=list(_said(facts.get("interactions", []))),
        mails=list(_said(facts.get("mails", []))),
        consent=list(_permissions(facts.get("consent", {}))),
        opening=facts.get("opening", ""),
        because=because_of(handoff),
    )


def because_of(handoff: Handoff) -> str:
    return why_me(
        handoff.assigned_because,
        name=str(handoff.assignee or ""),
        what=handoff.because_of,
    )


def colleagues(handoff: Handoff) -> QuerySet[User]:
    """To whom it may be given."""
    others = User.objects.reps().exclude(pk=handoff.assignee_id or 0)
    return others.order_by("first_name", "last_name", "pk")


def _said(lines: list[dict[str, Any]]) -> Iterator[Said]:
    kinds = dict(Kind.choices)
    for line in lines:
        what = kinds.get(line["kind"], line["kind"])
        yield Said(what, line["title"] or line["url"], parse_datetime(line["at"]))


def _permissions(consent: dict[str, Any]) -> Iterator[Permission]:
    for purpose, label in Consent.Purpose.choices:
        said = consent.get(purpose)
        at = parse_datetime(said["at"]) if said else None
        yield Permission(label, said and said["granted"], at)
