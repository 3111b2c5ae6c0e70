"""Stale contacts scored per second, against one statement that makes the same sums.

Goal on PostgreSQL: at least 40 % of that statement's contacts per second. The scorer
also locks, reads and deletes marks, finds out when scores fall below, and writes; the
statement only sums.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from statistics import median
from time import perf_counter

from django.conf import settings
from django.db import connection
from django.utils import timezone

from contacts.models import Contact
from journeys.models import Interaction
from leadhub.collector import keep_what_is_loaded
from scoring.models import Score, StaleMark
from scoring.services.activation import activate_model
from scoring.services.marks import mark_scores_stale
from scoring.services.models import update_model
from scoring.services.scores import recompute_scores
from scoring.services.shipped import create_default_model
from tests.benchmarks._report import SIZE, against, in_turns, only

INTERACTIONS = 10
GOAL = 0.4
ROUNDS = 5
ON = ("postgresql", "sqlite")
KINDS = (
    ["page_view"] * 8
    + ["email_click"] * 4
    + ["content_download", "content_download", "pricing_view", "webinar_attended"]
    + ["form_submit", "email_open", "email_open", "demo_request", "unsubscribe"]
)
# The engagement of the model that ships, by hand. Caps a day take a window.
STATEMENT = """
WITH theirs AS (
  SELECT contact_id, kind, url, occurred_at,
         extract(epoch FROM %(at)s - occurred_at) / 86400 AS age,
         row_number() OVER (
           PARTITION BY contact_id, kind, (occurred_at AT TIME ZONE %(zone)s)::date
           ORDER BY occurred_at DESC) AS nth
  FROM journeys_interaction
  WHERE contact_id = ANY(%(ids)s) AND NOT is_machine AND occurred_at <= %(at)s
)
SELECT contact_id, greatest(0,
    coalesce(sum(50 * power(2, -age / 14)) FILTER (WHERE kind = 'demo_request'), 0)
  + coalesce(sum(10 * power(2, -age / 14))
             FILTER (WHERE kind = 'pricing_view' AND nth <= 1), 0)
  + coalesce(sum(25 * power(2, -age / 30)) FILTER (WHERE kind = 'webinar_attended'), 0)
  + coalesce(sum(5 * power(2, -age / 30)) FILTER (WHERE kind = 'webinar_registered'), 0)
  + least(45, coalesce(sum(15 * power(2, -age / 30))
                       FILTER (WHERE kind = 'content_download'), 0))
  + coalesce(sum(10 * power(2, -age / 30)) FILTER (WHERE kind = 'form_submit'), 0)
  + coalesce(sum(5 * power(2, -age / 21))
             FILTER (WHERE kind = 'email_click' AND nth <= 2), 0)
  + least(10, coalesce(sum(power(2, -age / 7))
                       FILTER (WHERE kind = 'page_view' AND nth <= 5), 0))
  + coalesce(sum(20 * power(2, -age / 30)) FILTER (WHERE kind = 'email_reply'), 0)
  + coalesce(sum(30 * power(2, -age / 30)) FILTER (WHERE kind = 'meeting'), 0)
  - coalesce(sum(30 * power(2, -age / 30)) FILTER (WHERE kind = 'unsubscribe'), 0)
  - coalesce(sum(20 * power(2, -age / 30)) FILTER (WHERE kind = 'email_bounce'), 0)
  - coalesce(sum(10 * power(2, -age / 30))
             FILTER (WHERE kind = 'page_view' AND url ILIKE '%%/careers%%'), 0))
FROM theirs GROUP BY contact_id
"""


def run() -> bool:
    """Fill an empty database, measure in turns, print; True if the goal is met."""
    fill(max(SIZE // 4, 2_000))
    activate()
    keep_what_is_loaded()  # as a worker does
    ids = list(Contact.objects.order_by("pk").values_list("pk", flat=True)[:2_000])
    if connection.vendor != "postgresql":
        rate = len(ids) / median(_scorer(ids) for _round in range(ROUNDS))
        only("scoring of stale contacts", f"{rate:,.0f} contacts/s")
        return True
    ours, theirs = in_turns(
        lambda: _scorer(ids), lambda: _statement(ids), rounds=ROUNDS
    )
    return against(
        "scoring of stale contacts, and the sums alone",
        ours=len(ids) / ours,
        limit=len(ids) / theirs,
        unit="contacts/s",
        goal=GOAL,
    )


def activate() -> None:
    """The model that ships. Nobody crosses: what a handoff costs is another figure."""
    now = timezone.now()
    model = create_default_model(by=None, at=now)
    update_model(model=model, data={"threshold": 100_000}, by=None, at=now)
    activate_model(model=model, existing="mark_seen", by=None, at=now)


def fill(count: int) -> None:
    """Contacts with ten interactions each, spread over 90 days."""
    random, now = Random(1), timezone.now()
    for start in range(0, count, 1_000):
        contacts = Contact.objects.bulk_create(
            Contact(
                email=f"c{n}@example.com",
                email_key=f"c{n}@example.com",
                job_title=random.choice(["Head of Sales", "Engineer", "Student"]),
            )
            for n in range(start, min(start + 1_000, count))
        )
        Interaction.objects.bulk_create(
            Interaction(
                contact=contact,
                kind=random.choice(KINDS),
                channel="website",
                source="bench",
                event_id=f"{contact.pk}-{n}",
                occurred_at=now - timedelta(days=90 * random.random()),
                url="https://example.com/a",
            )
            for contact in contacts
            for n in range(INTERACTIONS)
        )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _batches(ids: Sequence[int]) -> list[Sequence[int]]:
    size = settings.SCORES_PER_TRANSACTION
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def _scorer(ids: Sequence[int]) -> float:
    mark_scores_stale(contact_ids=ids, at=timezone.now())
    started = perf_counter()
    for batch in _batches(ids):
        recompute_scores(contact_ids=batch, at=timezone.now())
    seconds = perf_counter() - started
    assert Score.objects.filter(pk__in=ids, model__isnull=False).count() == len(ids)
    assert not StaleMark.objects.exists()
    return seconds


def _statement(ids: Sequence[int]) -> float:
    started = perf_counter()
    with connection.cursor() as cursor:
        for batch in _batches(ids):
            values = {
                "ids": list(batch),
                "at": timezone.now(),
                "zone": settings.TIME_ZONE,
            }
            cursor.execute(STATEMENT, values)
            cursor.fetchall()
    return perf_counter() - started
