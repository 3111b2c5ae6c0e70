"""The conversions that a number is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

from django.conf import settings
from django.core.paginator import Page

from contacts.models import Contact
from insights.attribution.catalog import attribute
from insights.attribution.paths import Key, keys_of
from insights.selectors.attribution.conversions import Conversion
from insights.selectors.attribution.report import NOTHING, Attribution
from insights.selectors.attribution.walks import Walk
from insights.selectors.attribution.ways import steps_of, token_of


@dataclass(frozen=True, slots=True)
class Part:
    """A conversion, and how much of it what is asked for earned."""

    walk: Walk
    # None: the model does not look at single conversions.
    earned: float | None


@dataclass(frozen=True, slots=True)
class ShownPart:
    conversion: Conversion
    contact: Contact | None
    steps: list[tuple[str, int]]
    earned: float | None


def key_named(found: Attribution, name: str) -> Key | None:
    """The key that a URL names; None if no conversion was touched by it."""
    keys = keys_of(found.paths)
    return next((key for key in keys if str(key) == name), None)


def parts_of(found: Attribution, key: Key, *, model: str) -> list[Part]:
    """The conversions of which ``key`` earned a part, the latest first."""
    walks = [walk for walk in found.known if key in walk.way]
    if model == "markov":
        return [Part(walk, None) for walk in walks]
    half_life = settings.ATTRIBUTION_HALF_LIFE_DAYS
    parts = []
    for walk in walks:
        earned = attribute([walk.path], model=model, half_life_days=half_life)
        parts.append(Part(walk, earned.get(key, NOTHING).conversions))
    return [part for part in parts if part.earned]


def of_way(found: Attribution, token: str) -> list[Part]:
    return [Part(walk, None) for walk in found.known if token_of(walk) == token]


def without_touch(found: Attribution) -> list[Part]:
    return [Part(walk, None) for walk in found.walks if not walk.way]


def all_of(found: Attribution) -> list[Part]:
    return [Part(walk, None) for walk in found.walks]


def total_of(parts: Sequence[Part]) -> float | None:
    """What was earned of all; None if that cannot be said."""
    earned = [part.earned for part in parts if part.earned is not None]
    return fsum(earned) if earned else None


def shown(page: Page, found: Attribution) -> list[ShownPart]:
    """Two queries: names of contacts, and of what touched them."""
    walks = [part.walk for part in page]
    contacts = Contact.objects.select_related("company").in_bulk(
        {walk.conversion.contact_id for walk in walks}
    )
    labels = found.by.labels({key for walk in walks for key in walk.way})
    return [
        ShownPart(
            part.walk.conversion,
            contacts.get(part.walk.conversion.contact_id),
            steps_of(part.walk.way, labels),
            part.earned,
        )
        for part in page
    ]
