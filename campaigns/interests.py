"""What a contact's interactions say about interests: pure, no database, no clock.

An interaction adds the weight of its kind to each topic that it is about, and what it
added halves with every half-life. What is kept is a logarithm as of a fixed moment:
time moves all of them alike, so the same number gives the strength at any later moment,
and neither many half-lives nor many interactions leave the range of a float.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from math import fsum, log2
from typing import Any, NamedTuple

from contacts.text import folded

EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
DAY = 86_400.0
# Different days (or hours) on which somebody was active, before it says anything.
MIN_OCCASIONS = 4
# By whom they are not; they say nothing about when or by what way somebody comes.
OURS = frozenset({"email_sent", "email_bounce", "call_outbound", "note"})
# No way that somebody chose.
NO_WAY = frozenset({"", "other"})


class Touch(NamedTuple):
    """An interaction, as far as it matters here."""

    kind: str
    occurred_at: datetime
    channel: str
    url: str
    title: str
    properties: Any
    link_id: int | None = None


@dataclass(frozen=True, slots=True)
class TopicWords:
    """By what it is seen that something is about a topic; all of it folded."""

    topic_id: int
    slug: str
    addresses: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    # Tracked links that lead to something about it.
    links: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Strength:
    """Of one interest; ``level`` as ``campaigns.models.interest.Interest`` has it."""

    level: float
    count: int
    last_at: datetime


@dataclass(slots=True)
class Profile:
    interests: dict[int, Strength] = field(default_factory=dict)
    favorite_channel: str = ""
    channel_occasions: int = 0
    best_hour: int | None = None
    hour_occasions: int = 0


def days_of(moment: datetime) -> float:
    return (moment.astimezone(UTC) - EPOCH).total_seconds() / DAY


def level_at(level: float, half_life_days: float, moment: datetime) -> float:
    """The binary logarithm of the strength at ``moment``."""
    return level - days_of(moment) / half_life_days


def strength_at(level: float, half_life_days: float, moment: datetime) -> float:
    return float(2.0 ** min(1000.0, level_at(level, half_life_days, moment)))


def profile_of(
    touches: Iterable[Touch],
    *,
    topics: Sequence[TopicWords],
    weights: Mapping[str, float],
    half_life_days: float,
    zone: tzinfo,
) -> Profile:
    """What these interactions of people say about one contact.

    Their order does not matter. Days and hours are those of ``zone``.
    """
    touches = list(touches)
    added: dict[int, list[tuple[float, datetime]]] = defaultdict(list)
    for touch in touches:
        weight = weights.get(touch.kind, 0.0)
        if weight > 0:
            level = log2(weight) + days_of(touch.occurred_at) / half_life_days
            for topic_id in topics_of(touch, topics):
                added[topic_id].append((level, touch.occurred_at))
    profile = Profile()
    for topic_id, parts in added.items():
        levels = [level for level, _at in parts]
        last_at = max(at for _level, at in parts)
        profile.interests[topic_id] = Strength(_joined(levels), len(parts), last_at)
    theirs = [touch for touch in touches if touch.kind not in OURS]
    _set_channel(profile, theirs, zone)
    _set_hour(profile, theirs, zone)
    return profile


def topics_of(touch: Touch, topics: Sequence[TopicWords]) -> set[int]:
    """The topics that an interaction is about: as it says itself, or by the rules."""
    found = set()
    said = (
        touch.properties.get("topics") if isinstance(touch.properties, dict) else None
    )
    named = (
        {each for each in said if isinstance(each, str)} if _is_list(said) else set()
    )
    url, title = folded(touch.url), None
    for topic in topics:
        if (
            topic.slug in named
            or touch.link_id in topic.links
            or any(text in url for text in topic.addresses)
        ):
            found.add(topic.topic_id)
        elif topic.words and touch.title:
            if title is None:
                title = " ".join(["", *re.findall(r"\w+", folded(touch.title)), ""])
            if any(f" {text} " in title for text in topic.words):
                found.add(topic.topic_id)
    return found


def plain_words(text: str) -> str:
    """Words as titles are compared with them: without case and what stands between."""
    return " ".join(re.findall(r"\w+", folded(text)))


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _joined(levels: Sequence[float]) -> float:
    """The logarithm of the sum of powers; exact to a rounding, in any order."""
    highest = max(levels)
    return highest + log2(fsum(2.0 ** (level - highest) for level in levels))


def _set_channel(profile: Profile, touches: Sequence[Touch], zone: tzinfo) -> None:
    """The way that was taken on most days; of several the one taken last."""
    latest: dict[str, datetime] = {}
    days = set()
    for touch in touches:
        if touch.channel in NO_WAY:
            continue
        days.add((touch.channel, touch.occurred_at.astimezone(zone).date()))
        latest[touch.channel] = max(
            touch.occurred_at, latest.get(touch.channel, touch.occurred_at)
        )
    profile.channel_occasions = len(days)
    if len(days) >= MIN_OCCASIONS:
        counts = Counter(channel for channel, _day in days)
        profile.favorite_channel = max(
            counts, key=lambda channel: (counts[channel], latest[channel], channel)
        )


def _set_hour(profile: Profile, touches: Sequence[Touch], zone: tzinfo) -> None:
    """The hour of most days; those next to it count half, of several the earliest."""
    occasions = set()
    for touch in touches:
        local = touch.occurred_at.astimezone(zone)
        occasions.add((local.date(), local.hour))
    profile.hour_occasions = len(occasions)
    if len({day for day, _hour in occasions}) >= MIN_OCCASIONS:
        counts = Counter(hour for _day, hour in occasions)
        profile.best_hour = max(
            counts,
            key=lambda hour: (
                2 * counts[hour] + counts[(hour - 1) % 24] + counts[(hour + 1) % 24],
                -hour,
            ),
        )
