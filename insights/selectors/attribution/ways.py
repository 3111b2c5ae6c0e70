"""What the ways to a conversion looked like: which are frequent, and one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import groupby
from statistics import median

from django.db.models import Q

from contacts.models import Contact
from insights.attribution.paths import Key
from insights.selectors.attribution.conversions import Conversion
from insights.selectors.attribution.report import Attribution
from insights.selectors.attribution.touches import touches
from insights.selectors.attribution.walks import Walk
from journeys.models.interaction import Kind

SHOWN = 10
# Steps of a way that are shown: its beginning and its end.
STEPS = 12
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Way:
    """A sequence of touches that led to conversions; repeats in a row are one."""

    token: str
    steps: list[str]
    count: int
    value: float
    # From the first touch to the conversion, the median in whole days.
    days: int


@dataclass(frozen=True, slots=True)
class Step:
    at: datetime
    label: str
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Example:
    """How one contact came to a conversion."""

    contact: Contact
    conversion: Conversion
    steps: list[Step]
    # How many of its steps are not shown.
    left_out: int


def token_of(walk: Walk) -> str:
    """A short name of its way, for URLs."""
    return sha256(repr(_without_repeats(walk)).encode()).hexdigest()[:12]


def steps_of(way: Sequence[Key], labels: dict[Key, str]) -> list[tuple[str, int]]:
    """(label, how often in a row)."""
    return [
        (labels.get(key, str(key)), sum(1 for _key in same))
        for key, same in groupby(way)
    ]


def _without_repeats(walk: Walk) -> tuple[Key, ...]:
    return tuple(key for key, _same in groupby(walk.way))


def frequent_ways(found: Attribution) -> list[Way]:
    """The most frequent first; one query at most, for names."""
    together: dict[tuple[Key, ...], list[Walk]] = defaultdict(list)
    for walk in found.known:
        together[_without_repeats(walk)].append(walk)
    most = sorted(
        together.items(), key=lambda item: (-len(item[1]), len(item[0]), repr(item[0]))
    )[:SHOWN]
    labels = found.by.labels({key for way, _walks in most for key in way})
    return [
        Way(
            token=token_of(walks[0]),
            steps=[labels.get(key, str(key)) for key in way],
            count=len(walks),
            value=float(sum(walk.conversion.value or 0 for walk in walks)),
            days=round(
                median((walk.conversion.at - walk.moments[0]) / DAY for walk in walks)
            ),
        )
        for way, walks in most
    ]


def example_of(found: Attribution) -> Example | None:
    """The latest conversion with several touches, or with one; three queries at most."""
    several = (walk for walk in found.known if len(walk.way) > 1)
    walk = next(several, next(iter(found.known), None))
    contact = Contact.objects.filter(
        pk=walk.conversion.contact_id if walk else None
    ).first()
    if walk is None or contact is None:
        return None
    shown = list(zip(walk.way, walk.moments, strict=True))
    if len(shown) > STEPS:
        shown = [*shown[: STEPS // 2], *shown[-(STEPS - STEPS // 2) :]]
    rows = touches().filter(
        Q(contact=contact), occurred_at__in=[moment for _key, moment in shown]
    )
    told = {row.occurred_at: row for row in rows.order_by("-pk")}
    labels = found.by.labels({key for key, _moment in shown})
    kinds = dict(Kind.choices)
    return Example(
        contact,
        walk.conversion,
        [
            Step(
                moment,
                labels.get(key, str(key)),
                str(kinds.get(told[moment].kind, told[moment].kind)),
                told[moment].title,
            )
            for key, moment in shown
        ],
        len(walk.way) - len(shown),
    )
