"""Counting interests again: whoever was marked, in one transaction a batch."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Sequence
from contextlib import closing
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from time import monotonic

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from campaigns.interests import Profile, TopicWords, Touch, profile_of
from campaigns.models.content import ContentLink
from campaigns.models.interest import (
    Interest,
    InterestMark,
    InterestProfile,
    InterestSettings,
    TopicRule,
)
from campaigns.models.topic import Topic
from campaigns.tasks import recount_interests as task
from campaigns.timing import zone_of
from contacts.models import Contact
from journeys.models import Interaction
from leadhub.queue import enqueue

logger = logging.getLogger(__name__)

PER_TRANSACTION = 200
SECONDS_PER_RUN = 20
MOST_ATTEMPTS = 10
COLUMNS = (
    "kind",
    "occurred_at",
    "channel",
    "url",
    "title",
    "properties",
    "link_id",
)


def recount_stale_interests() -> None:
    """Count those that are marked, oldest mark first; asks for another run if it is late."""
    ends_at, after = monotonic() + SECONDS_PER_RUN, 0
    while True:
        marks = InterestMark.objects.filter(parked_at=None, pk__gt=after)
        found = list(
            marks.order_by("pk").values_list("pk", "contact_id")[: PER_TRANSACTION * 5]
        )
        if not found:
            return
        contact_ids: set[int] = set()
        for pk, contact_id in found:
            if len(contact_ids) == PER_TRANSACTION and contact_id not in contact_ids:
                break
            contact_ids.add(contact_id)
            after = pk
        _recount_batch(contact_ids, at=timezone.now())
        if monotonic() > ends_at:
            enqueue(task)
            return


@transaction.atomic
def recount_interests(*, contact_ids: Collection[int], at: datetime) -> None:
    """Bring what is known of the stale ones among these contacts up to date.

    Everything is counted again from the interactions up to ``at``, so a repeat is
    harmless. Contacts that another run has locked are left to that run.
    """
    profiles = _locked_profiles(contact_ids)
    # Lock, then marks, then interactions: what is marked is visible, and what comes
    # later keeps its mark for the next run.
    marks = list(
        InterestMark.objects.filter(contact__in=profiles).values_list(
            "pk", "contact_id"
        )
    )
    ids = sorted({contact_id for _pk, contact_id in marks})
    if not ids:
        return
    counted = _count(ids, at=at)
    half_life = counted.half_life_days
    Interest.objects.filter(contact__in=ids).delete()
    Interest.objects.bulk_create(
        [
            Interest(
                contact_id=pk,
                topic_id=topic_id,
                level=strength.level,
                half_life_days=half_life,
                count=strength.count,
                last_at=strength.last_at,
            )
            for pk in ids
            for topic_id, strength in sorted(counted[pk].interests.items())
        ],
        batch_size=1_000,
    )
    for pk in ids:
        row, profile = profiles[pk], counted[pk]
        row.favorite_channel = profile.favorite_channel
        row.channel_occasions = profile.channel_occasions
        row.best_hour, row.hour_occasions = profile.best_hour, profile.hour_occasions
        row.counted_at = at
    InterestProfile.objects.bulk_create(
        [profiles[pk] for pk in ids],
        update_conflicts=True,
        unique_fields=["contact"],
        update_fields=[
            "favorite_channel",
            "channel_occasions",
            "best_hour",
            "hour_occasions",
            "counted_at",
        ],
    )
    InterestMark.objects.filter(pk__in=[pk for pk, _contact in marks]).delete()


class _Counted(dict[int, Profile]):
    half_life_days: float


def _count(ids: Sequence[int], *, at: datetime) -> _Counted:
    chosen = InterestSettings.current()
    weights, topics = chosen.all_weights(), topic_words()
    zones = dict(Contact.objects.filter(pk__in=ids).values_list("pk", "timezone"))
    rows = (
        Interaction.objects.by_people()
        .filter(contact__in=ids, occurred_at__lte=at)
        .order_by("contact", "occurred_at")
        .values_list("contact_id", *COLUMNS)
    )
    counted = _Counted((pk, Profile()) for pk in ids)
    counted.half_life_days = chosen.half_life_days
    # Closed at once if it fails: the cursor does not outlive the transaction.
    with closing(rows.iterator()) as found:
        for contact_id, theirs in groupby(found, key=itemgetter(0)):
            counted[contact_id] = profile_of(
                (Touch(*row[1:]) for row in theirs),
                topics=topics,
                weights=weights,
                half_life_days=chosen.half_life_days,
                zone=zone_of(zones.get(contact_id, ""), default=settings.TIME_ZONE),
            )
    return counted


def topic_words() -> list[TopicWords]:
    """All topics with what they are seen by, in three queries."""
    links: dict[int, set[int]] = defaultdict(set)
    ways = ContentLink.objects.filter(content__topics__isnull=False)
    for link_id, topic_id in ways.values_list("link_id", "content__topics"):
        links[topic_id].add(link_id)
    texts: dict[tuple[int, str], list[str]] = defaultdict(list)
    for topic_id, kind, text in TopicRule.objects.values_list(
        "topic_id", "kind", "text"
    ):
        texts[topic_id, kind].append(text)
    return [
        TopicWords(
            pk,
            slug,
            addresses=tuple(texts[pk, TopicRule.Kind.ADDRESS]),
            words=tuple(texts[pk, TopicRule.Kind.WORD]),
            links=frozenset(links[pk]),
        )
        for pk, slug in Topic.objects.order_by("pk").values_list("pk", "slug")
    ]


def _locked_profiles(contact_ids: Collection[int]) -> dict[int, InterestProfile]:
    wanted = set(contact_ids)
    found = {
        row.pk: row for row in InterestProfile.objects.taken().filter(pk__in=wanted)
    }
    if len(found) < len(wanted):
        known = InterestProfile.objects.filter(pk__in=wanted)
        missing = Contact.objects.filter(
            pk__in=wanted - set(known.values_list("pk", flat=True))
        ).order_by("pk")
        rows = [
            InterestProfile(contact_id=pk)
            for pk in missing.values_list("pk", flat=True)
        ]
        if rows:
            InterestProfile.objects.bulk_create(rows, ignore_conflicts=True)
            made = InterestProfile.objects.taken().filter(pk__in=[r.pk for r in rows])
            found |= {row.pk: row for row in made}
    return found


def _recount_batch(contact_ids: Collection[int], *, at: datetime) -> None:
    """If the batch fails, each contact by itself, so that one does not hold up others."""
    try:
        recount_interests(contact_ids=contact_ids, at=at)
    except OperationalError:
        # A lock that took too long passes; the sweep tries again.
        logger.warning("Interests of %s contacts wait for a lock.", len(contact_ids))
    except Exception:
        logger.exception("The interests of %s contacts failed.", len(contact_ids))
        for contact_id in sorted(contact_ids):
            _recount_one(contact_id, at=at)


def _recount_one(contact_id: int, *, at: datetime) -> None:
    try:
        recount_interests(contact_ids=[contact_id], at=at)
    except OperationalError:
        raise
    except Exception:
        logger.exception("The interests of contact %s failed.", contact_id)
        marks = InterestMark.objects.filter(contact=contact_id)
        marks.update(attempts=F("attempts") + 1)
        marks.filter(attempts__gte=MOST_ATTEMPTS).update(parked_at=at)
