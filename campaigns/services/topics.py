"""Topics, by what they are seen, and how interests in them are counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from campaigns.interests import plain_words
from campaigns.models.interest import WEIGHTS, InterestSettings, TopicRule
from campaigns.models.topic import Topic
from campaigns.services.interest_marks import mark_all_interests_stale
from contacts.conditions.usage import conditions_naming
from contacts.text import clean_text, folded
from journeys.models.interaction import Kind
from leadhub.errors import DomainError, InvalidValue

MOST_RULES = 50
HALF_LIVES = (1.0, 3650.0)
MOST_WEIGHT = 100.0


class TopicTaken(DomainError):
    code = "name_taken"


class TopicInUse(DomainError):
    code = "topic_in_use"


@transaction.atomic
def save_topic(
    *,
    topic: Topic,
    name: str,
    by: User | None,
    at: datetime,
    addresses: Iterable[str] = (),
    words: Iterable[str] = (),
) -> Topic:
    """Store a topic, and by what pages are seen to be about it.

    ``addresses`` are parts of addresses, ``words`` are words of titles; both without
    regard to case. The slug is made of the first name and stays. Everybody's interests
    are counted anew. Raises ``InvalidValue``, ``TopicTaken``.
    """
    topic.name = clean_text(name, attr="name", max_length=80)
    if not topic.slug:
        topic.slug = slugify(topic.name)[:60].strip("-_")
    if not topic.name or not topic.slug:
        raise InvalidValue(_("Give the topic a name."), attr="name")
    rules = {
        *((TopicRule.Kind.ADDRESS, text) for text in _texts(addresses, "addresses")),
        *((TopicRule.Kind.WORD, text) for text in _texts(words, "words")),
    }
    if len(rules) > MOST_RULES:
        sentence = _("At most %(limit)d of them.") % {"limit": MOST_RULES}
        raise InvalidValue(sentence, attr="words")
    topic.updated_at, topic.updated_by = at, by
    try:
        with transaction.atomic():
            topic.save()
    except IntegrityError as error:
        raise TopicTaken(_("Another topic has this name.")) from error
    known = {(row.kind, row.text): row for row in topic.rules.all()}
    gone = [row.pk for key, row in known.items() if key not in rules]
    new = [
        TopicRule(topic=topic, kind=kind, text=text)
        for kind, text in sorted(rules - known.keys())
    ]
    TopicRule.objects.filter(pk__in=gone).delete()
    TopicRule.objects.bulk_create(new)
    if gone or new:
        mark_all_interests_stale(at=at)
    return topic


@transaction.atomic
def delete_topic(*, topic: Topic) -> None:
    """Forget a topic, and with it everybody's interest in it.

    Raises ``TopicInUse`` if a condition names it.
    """
    names = conditions_naming(f"interest.{topic.slug}")
    if names:
        sentence = _("It is named by: %(names)s.") % {"names": ", ".join(names[:5])}
        raise TopicInUse(sentence)
    topic.delete()


@transaction.atomic
def save_interest_settings(
    *,
    half_life_days: float,
    weights: Mapping[str, Any],
    by: User | None,
    at: datetime,
) -> InterestSettings:
    """Set how fast interests fade, and what each kind of interaction adds.

    ``weights`` is kind -> 0 to 100, of the kinds that are to change. Everybody's
    interests are counted anew. Raises ``InvalidValue``.
    """
    low, high = HALF_LIVES
    if not _is_number(half_life_days) or not low <= half_life_days <= high:
        raise InvalidValue(
            _("This must be a number of days from 1 to 3650."), attr="half_life_days"
        )
    chosen = InterestSettings.current()
    for kind, weight in weights.items():
        if kind not in Kind.values:
            raise InvalidValue(_("There is no such kind."), attr="weights")
        if not _is_number(weight) or not 0 <= weight <= MOST_WEIGHT:
            sentence = _("A weight is a number from 0 to 100.")
            raise InvalidValue(sentence, attr="weights")
    merged = {**chosen.all_weights(), **{k: float(w) for k, w in weights.items()}}
    new = {k: w for k, w in merged.items() if WEIGHTS.get(k, 0.0) != w}
    if (half_life_days, new) != (chosen.half_life_days, chosen.weights):
        chosen.half_life_days, chosen.weights = float(half_life_days), new
        chosen.save()
        mark_all_interests_stale(at=at)
    return chosen


def _texts(given: Iterable[str], attr: str) -> set[str]:
    found = set()
    for text in given:
        text = clean_text(text, attr=attr, max_length=200)
        text = folded(text) if attr == "addresses" else plain_words(text)
        # A single letter is in every address.
        if text and len(text) < 2:
            raise InvalidValue(_("At least two characters each."), attr=attr)
        if text:
            found.add(text[:200])
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
